using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Rotation;

/// <summary>Plans the way from v1 to v2 certificates. The authority need not change: one of either version signs both. Pure.</summary>
public static class MigrationPlanner
{
    private static readonly Version s_readsV2 = new(1, 10);
    private static readonly Version s_ignoresV2 = new(1, 9, 5);

    /// <summary>Plans the stages. A stage that would cut off a node that runs an old nebula says so in its blockers.</summary>
    /// <exception cref="NebulaValidationException">A node cannot be migrated at all; every one is named.</exception>
    public static MigrationPlan Plan(MigrationSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        NebulaValidationException.ThrowIfAny("The migration", [.. spec.Nodes.SelectMany(Faults)]);
        CertificateVersion[] both = [CertificateVersion.V1, CertificateVersion.V2];
        CertificateVersion[] onlyV2 = [CertificateVersion.V2];
        return new MigrationPlan(
            spec.Strategy == MigrationStrategy.CrossCertificates
                ? [Stage(spec, "Each node changes to a v2 certificate.", onlyV2, null, s_readsV2, adds: true)]
                :
                [
                    Stage(
                        spec,
                        "Each node carries both, and begins with v1.",
                        both,
                        CertificateVersion.V1,
                        s_ignoresV2,
                        adds: true
                    ),
                    Stage(spec, "Each node begins with v2.", both, CertificateVersion.V2, s_readsV2, adds: false),
                    Stage(spec, "Each node forgets v1.", onlyV2, null, s_readsV2, adds: false),
                ]
        );
    }

    /// <summary>Signs the v2 certificate of a node: same key, same first network.</summary>
    /// <param name="node">The node.</param>
    /// <param name="authority">Who signs.</param>
    /// <param name="now">Its beginning; its end is that of the v1 certificate.</param>
    /// <param name="cancellationToken">Gives up waiting for the signature.</param>
    /// <exception cref="NebulaValidationException">The authority may not sign it.</exception>
    public static Task<NebulaCertificate> IssueAsync(
        MigrationNode node,
        CertificateAuthority authority,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(authority);
        var body = node.Certificate.Body with
        {
            Version = CertificateVersion.V2,
            Networks = Networks(node),
            NotBefore = now,
        };
        return authority.SignAsync(body, cancellationToken);
    }

    private static MigrationStage Stage(
        MigrationSpec spec,
        string purpose,
        IReadOnlyList<CertificateVersion> certificates,
        CertificateVersion? initiating,
        Version needs,
        bool adds
    ) =>
        new(
            purpose,
            [
                .. spec.Nodes.Select(n => new MigrationStep(
                    n.Certificate.Name,
                    certificates,
                    initiating,
                    // The device gets its addresses when nebula starts.
                    adds && n.AddedNetworks.Count > 0
                        ? ConfigChangeEffect.Restart
                        : ConfigChangeEffect.Reload
                )),
            ],
            [
                .. spec
                    .Nodes.Where(n => n.NebulaVersion < needs)
                    .Select(n => new NebulaFault(
                        "migration-old-node",
                        $"'{n.Certificate.Name}' runs nebula {n.NebulaVersion}; this stage needs {needs}.",
                        $"Update it to {s_readsV2} or later first."
                    )),
            ]
        );

    private static NebulaPrefix[] Networks(MigrationNode node) => [.. node.Certificate.Networks, .. node.AddedNetworks];

    private static IEnumerable<NebulaFault> Faults(MigrationNode node)
    {
        var name = node.Certificate.Name;
        if (node.Certificate.Version != CertificateVersion.V1 || node.Certificate.IsCa)
        {
            yield return new(
                "migration-not-v1",
                $"'{name}' has no v1 host certificate.",
                "Leave it out; it is there already."
            );
            yield break;
        }

        // Both certificates of a node must begin with the same network, and v2 sorts.
        var (now, then) = (node.Certificate.Networks[0], Networks(node).Min());
        if (now != then)
        {
            yield return new(
                "migration-first-network",
                $"The v2 certificate of '{name}' would begin with {then}, not with {now}.",
                "Add only networks that sort behind it: IPv6, or higher IPv4 addresses."
            );
        }
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>
/// Looks at the consumer before the provider exists, and says what would stand in the way of a peering with the one that is expected, while it
/// costs nothing yet. Reads only; <see cref="PeeringPreflight"/> looks at both once the provider is there.
/// </summary>
public sealed class PeeringOutlook
{
    private readonly ClusterConnection _consumer;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="consumer">The way to the cluster that will use the other's resources.</param>
    public PeeringOutlook(ClusterConnection consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
    }

    /// <summary>Looks, and reports what concerns the consumer and the two together. A cluster that does not answer is a finding.</summary>
    /// <param name="spec">What is to be looked at.</param>
    /// <param name="provider">What the provider will be.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec or the expectation cannot be.</exception>
    public async Task<PreflightReport> CheckAsync(
        PreflightSpec spec,
        ExpectedProvider provider,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(provider);
        InvalidSpecException.ThrowIfAny("The preflight spec", spec.Faults().Concat(provider.Faults()));
        ClusterSurveyor home = new(_consumer, ClusterSide.Consumer, spec.ConsumerNamespace);
        var consumer = await home.LookAsync(cancellationToken).ConfigureAwait(false);
        if (consumer.Silence is null)
        {
            consumer = await home.LookForAsync(consumer, provider.ClusterId, cancellationToken).ConfigureAwait(false);
        }

        var findings = PreflightJudge.Judge(spec, consumer, Survey(provider)).Findings;
        return new PreflightReport([.. findings.Where(f => f.Cluster != ClusterSide.Provider)]);
    }

    private static ClusterSurvey Survey(ExpectedProvider provider) =>
        new()
        {
            Side = ClusterSide.Provider,
            Id = provider.ClusterId,
            VersionText = provider.LiqoVersion,
            Networks = [Range("pod-cidr", provider.PodRange), Range("service-cidr", provider.ServiceRange)],
        };

    private static IpamNetwork Range(string type, string cidr) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = type,
                Labels = new Dictionary<string, string> { [LiqoNames.NetworkType] = type },
            },
            Spec = new IpamNetworkSpec { Cidr = cidr },
        };
}

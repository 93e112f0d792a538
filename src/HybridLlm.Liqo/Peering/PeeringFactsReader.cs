using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>Reads what a peering's planners need, with as few calls as the state allows.</summary>
internal sealed class PeeringFactsReader(LiqoCluster consumer, LiqoCluster provider)
{
    private readonly WorldReader _reader = new(new ClusterPorts(consumer.Port, provider.Port));

    public async Task<PeeringFacts> ReadAsync(PeeringSpec spec, CancellationToken cancellationToken)
    {
        using var key = await ReadKeyAsync(cancellationToken).ConfigureAwait(false);
        PeeringFacts facts = new()
        {
            ConsumerId = consumer.Id,
            ProviderId = provider.Id,
            ConsumerLiqoNamespace = consumer.LiqoNamespace,
            ProviderLiqoNamespace = provider.LiqoNamespace,
            Credentials = ConsumerCredentials.Make(key, consumer.Id, earlier: null),
            World = World.Empty,
        };
        facts = await LookAsync(facts, FirstTargets(spec, facts), cancellationToken).ConfigureAwait(false);
        facts = await LookAsync(facts, UnlistedNamespaces(facts), cancellationToken).ConfigureAwait(false);
        facts = await LookAsync(facts, TenancyTargets(spec, facts), cancellationToken).ConfigureAwait(false);
        var earlier = facts.Tenant?.Spec?.Csr ?? facts.KnownCertificate?.Value(SecretKeys.Csr);
        return facts with { Credentials = ConsumerCredentials.Make(key, consumer.Id, earlier) };
    }

    private async Task<PeeringFacts> LookAsync(
        PeeringFacts facts,
        IEnumerable<Target> targets,
        CancellationToken cancellationToken
    ) => facts with { World = await _reader.ReadAsync(facts.World, targets, cancellationToken).ConfigureAwait(false) };

    private static IEnumerable<Target> FirstTargets(PeeringSpec spec, PeeringFacts facts)
    {
        yield return TenantNamespaces.Listed(ClusterSide.Consumer, facts.ProviderId);
        yield return TenantNamespaces.Listed(ClusterSide.Provider, facts.ConsumerId);
        yield return Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.ForeignCluster, null, facts.ProviderId));
        yield return Target.On(
            new ObjectKey(ClusterSide.Consumer, Kinds.Node, null, spec.SliceName ?? facts.ProviderId)
        );
        if (spec.Network == NetworkFabric.External)
        {
            yield return Networks(facts, ClusterSide.Consumer);
            yield return Networks(facts, ClusterSide.Provider);
        }
    }

    private static IEnumerable<Target> UnlistedNamespaces(PeeringFacts facts) =>
        [
            .. TenantNamespaces.Unlisted(facts.World, ClusterSide.Consumer, facts.ProviderId),
            .. TenantNamespaces.Unlisted(facts.World, ClusterSide.Provider, facts.ConsumerId),
        ];

    private static IEnumerable<Target> TenancyTargets(PeeringSpec spec, PeeringFacts facts)
    {
        if (facts.TenantNamespacesOf(ClusterSide.Consumer).Count > 0)
        {
            var ns = facts.ConsumerNamespace;
            yield return Target.On(new(ClusterSide.Consumer, Kinds.Secret, ns, LiqoNames.SignedNonceSecret));
            yield return Target.On(
                new(ClusterSide.Consumer, Kinds.Identity, ns, LiqoNames.ControlPlaneIdentityOf(facts.ProviderId))
            );
            yield return Target.On(
                new(ClusterSide.Consumer, Kinds.ResourceSlice, ns, spec.SliceName ?? facts.ProviderId)
            );
        }

        if (facts.TenantNamespacesOf(ClusterSide.Provider).Count > 0)
        {
            yield return new Target(ClusterSide.Provider, new Selection(Kinds.Secret, facts.ProviderNamespace));
            yield return Target.On(new(ClusterSide.Provider, Kinds.Tenant, facts.ProviderNamespace, facts.ConsumerId));
        }
    }

    private static Target Networks(PeeringFacts facts, ClusterSide cluster) =>
        new(cluster, new Selection(Kinds.IpamNetwork, facts.LiqoNamespaceOf(cluster))) { IsOptional = true };

    private async Task<ClusterKey> ReadKeyAsync(CancellationToken cancellationToken)
    {
        var keys = (Secret?)
            await consumer
                .Port.GetAsync(Kinds.Secret, consumer.LiqoNamespace, LiqoNames.KeysSecret, cancellationToken)
                .ConfigureAwait(false);
        return keys?.Value(SecretKeys.PrivateKey) is { } pem
            ? ClusterKey.Load(pem)
            : throw new LiqoInstallationException(
                consumer.Server,
                $"Liqo has not made its keys (Secret '{LiqoNames.KeysSecret}') yet",
                "Wait until Liqo's controller manager runs, then try again.",
                consumer.Version
            );
    }
}

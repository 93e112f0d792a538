using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>Reads what a peering's planners need, with as few calls as the state allows.</summary>
internal sealed class PeeringFactsReader(LiqoCluster consumer, LiqoCluster provider)
{
    private readonly WorldReader _reader = new(new ClusterPorts(consumer.Port, provider.Port));

    /// <summary>Reads what a peering needs; without a spec, what authentication alone does.</summary>
    public async Task<PeeringFacts> ReadAsync(PeeringSpec? spec, CancellationToken cancellationToken)
    {
        using var key = await ReadKeyAsync(cancellationToken).ConfigureAwait(false);
        PeeringFacts facts = new()
        {
            ConsumerId = consumer.Id,
            ProviderId = provider.Id,
            ConsumerLiqoNamespace = consumer.LiqoNamespace,
            ProviderLiqoNamespace = provider.LiqoNamespace,
            Credentials = ConsumerCredentials.Make(key, consumer.Id, earlier: null),
            IsInBand = spec?.InBand == true,
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

    private static IEnumerable<Target> FirstTargets(PeeringSpec? spec, PeeringFacts facts)
    {
        yield return TenantNamespaces.Listed(ClusterSide.Consumer, facts.ProviderId);
        yield return TenantNamespaces.Listed(ClusterSide.Provider, facts.ConsumerId);
        yield return Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.ForeignCluster, null, facts.ProviderId));
        if (spec is null)
        {
            yield break;
        }

        yield return Target.On(
            new ObjectKey(ClusterSide.Consumer, Kinds.Node, null, spec.SliceName ?? facts.ProviderId)
        );
        if (spec.Network is NetworkFabric.External or NetworkFabric.Liqo)
        {
            yield return NetworkObjects.Ranges(facts, ClusterSide.Consumer);
            yield return NetworkObjects.Ranges(facts, ClusterSide.Provider);
        }

        if (spec.Network == NetworkFabric.Liqo)
        {
            yield return NetworkObjects.ServerTemplate(facts, spec.Gateway.Server);
        }

        if (spec.InBand)
        {
            yield return InBandAddress.Proxy(facts);
        }
    }

    private static IEnumerable<Target> UnlistedNamespaces(PeeringFacts facts) =>
        [
            .. TenantNamespaces.Unlisted(facts.World, ClusterSide.Consumer, facts.ProviderId),
            .. TenantNamespaces.Unlisted(facts.World, ClusterSide.Provider, facts.ConsumerId),
        ];

    private static IEnumerable<Target> TenancyTargets(PeeringSpec? spec, PeeringFacts facts)
    {
        if (spec?.Network == NetworkFabric.Liqo)
        {
            foreach (var target in NetworkObjects.TenancyTargets(facts))
            {
                yield return target;
            }
        }

        if (facts.TenantNamespacesOf(ClusterSide.Consumer).Count > 0)
        {
            var ns = facts.ConsumerNamespace;
            yield return Target.On(new(ClusterSide.Consumer, Kinds.Secret, ns, LiqoNames.SignedNonceSecret));
            yield return Target.On(
                new(ClusterSide.Consumer, Kinds.Identity, ns, LiqoNames.ControlPlaneIdentityOf(facts.ProviderId))
            );
            yield return Target.On(
                new(ClusterSide.Consumer, Kinds.ResourceSlice, ns, spec?.SliceName ?? facts.ProviderId)
            );
        }

        if (facts.TenantNamespacesOf(ClusterSide.Provider).Count > 0)
        {
            yield return new Target(ClusterSide.Provider, new Selection(Kinds.Secret, facts.ProviderNamespace));
            yield return Target.On(new(ClusterSide.Provider, Kinds.Tenant, facts.ProviderNamespace, facts.ConsumerId));
        }
    }

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

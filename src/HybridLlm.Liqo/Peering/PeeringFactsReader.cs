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
        PeeringFacts facts = new()
        {
            ConsumerId = consumer.Id,
            ProviderId = provider.Id,
            ConsumerLiqoNamespace = consumer.LiqoNamespace,
            ProviderLiqoNamespace = provider.LiqoNamespace,
            Credentials = await consumer.Credentials.GetAsync(cancellationToken).ConfigureAwait(false),
            IsInBand = spec?.InBand == true,
            World = World.Empty,
        };
        facts = await LookAsync(facts, FirstTargets(spec, facts), cancellationToken).ConfigureAwait(false);
        facts = await LookAsync(facts, UnlistedNamespaces(facts), cancellationToken).ConfigureAwait(false);
        facts = await LookAsync(facts, TenancyTargets(spec, facts), cancellationToken).ConfigureAwait(false);
        return await WithKeyOfNowAsync(facts, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The same with the consumer's key as it is now. A signature that is not of the key kept tells that the key was replaced, either since
    /// it was read or since the consumer's controller signed: it does so again only when the Secret is touched.
    /// </summary>
    public async Task<PeeringFacts> WithKeyOfNowAsync(PeeringFacts facts, CancellationToken cancellationToken)
    {
        if (!IsSignedWith(facts.Credentials, facts))
        {
            consumer.Credentials.Forget(facts.Credentials);
        }

        var credentials = await consumer.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var earlier = facts.Tenant?.Spec?.Csr ?? facts.KnownCertificate?.Value(SecretKeys.Csr);
        return facts with
        {
            Credentials = credentials.Continuing(earlier),
            OutdatedSignature = IsSignedWith(credentials, facts)
                ? null
                : facts.SignedNonce?.Value(SecretKeys.SignedNonce),
        };
    }

    /// <summary>True also while nothing is signed.</summary>
    private static bool IsSignedWith(ConsumerCredentials credentials, PeeringFacts facts) =>
        facts.SignedNonce?.Value(SecretKeys.Nonce) is not { } nonce
        || facts.SignedNonce.Value(SecretKeys.SignedNonce) is not { } signature
        || credentials.HasSigned(nonce, signature);

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
            if (spec is not null)
            {
                // Of a peering that begins there is none, and the wait for it begins with what is there.
                yield return Target.On(new(ClusterSide.Consumer, Kinds.Node, null, spec.SliceName ?? facts.ProviderId));
            }
        }

        if (facts.TenantNamespacesOf(ClusterSide.Provider).Count > 0)
        {
            yield return new Target(ClusterSide.Provider, new Selection(Kinds.Secret, facts.ProviderNamespace));
            yield return Target.On(new(ClusterSide.Provider, Kinds.Tenant, facts.ProviderNamespace, facts.ConsumerId));
        }
    }
}

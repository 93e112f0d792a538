using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;

namespace HybridLlm.Liqo.Peering;

/// <summary>Reads what is known of two clusters, or of one and its peer's id.</summary>
internal sealed class PairReader(LiqoCluster consumer, LiqoCluster? provider, string providerId)
{
    public ClusterPorts Ports { get; } = new(consumer.Port, provider?.Port);

    public async Task<PairFacts> ReadAsync(
        Func<PairFacts, IEnumerable<Target>> first,
        Func<PairFacts, IEnumerable<Target>> then,
        CancellationToken cancellationToken
    )
    {
        PairFacts facts = new()
        {
            ConsumerId = consumer.Id,
            ProviderId = providerId,
            ConsumerLiqoNamespace = consumer.LiqoNamespace,
            ProviderLiqoNamespace = provider?.LiqoNamespace ?? LiqoCluster.DefaultNamespace,
            HasProvider = provider is not null,
            World = World.Empty,
        };
        facts = await LookAsync(facts, [.. Namespaces(facts), .. first(facts)], cancellationToken)
            .ConfigureAwait(false);
        facts = await LookAsync(facts, Unlisted(facts), cancellationToken).ConfigureAwait(false);
        return await LookAsync(facts, then(facts), cancellationToken).ConfigureAwait(false);
    }

    private async Task<PairFacts> LookAsync(
        PairFacts facts,
        IEnumerable<Target> targets,
        CancellationToken cancellationToken
    ) =>
        facts with
        {
            World = await new WorldReader(Ports)
                .ReadAsync(facts.World, targets, cancellationToken)
                .ConfigureAwait(false),
        };

    private static IEnumerable<Target> Namespaces(PairFacts facts) =>
        Sides(facts).Select(s => TenantNamespaces.Listed(s, facts.PeerOf(s)));

    private static IEnumerable<Target> Unlisted(PairFacts facts) =>
        Sides(facts).SelectMany(s => TenantNamespaces.Unlisted(facts.World, s, facts.PeerOf(s)));

    private static IEnumerable<ClusterSide> Sides(PairFacts facts) =>
        facts.HasProvider ? [ClusterSide.Consumer, ClusterSide.Provider] : [ClusterSide.Consumer];
}

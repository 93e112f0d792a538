using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

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

    /// <summary>An operation on the pair.</summary>
    /// <param name="name">What it is about.</param>
    /// <param name="logger">Told each step.</param>
    /// <param name="first">What it looks at before it knows the tenant namespaces.</param>
    /// <param name="then">What it looks at in them.</param>
    /// <param name="plan">What is still to do, a pure function of what was seen.</param>
    public LiqoOperation Operation(
        string name,
        ILogger logger,
        Func<PairFacts, IEnumerable<Target>> first,
        Func<PairFacts, IEnumerable<Target>> then,
        Func<PairFacts, IReadOnlyList<PlannedStep>> plan
    ) =>
        new(
            name,
            Ports,
            consumer.Time,
            logger,
            async token =>
            {
                var facts = await ReadAsync(first, then, token).ConfigureAwait(false);
                return (facts.World, seen => plan(facts with { World = seen }));
            }
        );

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

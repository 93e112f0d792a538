using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Ends a peering in agreement with the provider and leaves nothing of it on either cluster. Pods on the virtual node are
/// evicted; an offloaded namespace stays offloaded and waits for another provider. Doing so twice is fine.
/// </summary>
public sealed class PeeringRemover
{
    private readonly LiqoCluster _consumer;
    private readonly LiqoCluster _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<PeeringRemover> _logger;

    /// <summary>Keeps the clusters; asks them nothing yet.</summary>
    /// <param name="consumer">The cluster that uses the other's resources.</param>
    /// <param name="provider">The cluster that lends them; it must be alive.</param>
    public PeeringRemover(LiqoCluster consumer, LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _consumer = consumer;
        _provider = provider;
        _ports = new ClusterPorts(consumer.Port, provider.Port);
        _logger = consumer.Logger<PeeringRemover>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">How the peering is to end.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="LiqoRefusedException">The provider does not answer the consumer.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<UnpeeringPlan> PlanAsync(UnpeeringSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The unpeering spec", spec.Faults());
        var facts = await ReadFactsAsync(cancellationToken).ConfigureAwait(false);
        var steps = UnpeeringPlanner.Plan(spec, facts.WithPeersToCome());
        return new UnpeeringPlan(spec, [.. steps.Select(s => s.Publish())])
        {
            Look = new FreshLook<UnpeeringFacts>(facts, this, spec, _consumer.Time),
        };
    }

    /// <summary>Does what is still to do of <paramref name="plan"/> and waits until nothing is left.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="PlanOutdatedException">Something is to be undone now that the plan does not say.</exception>
    /// <exception cref="LiqoRefusedException">The provider does not answer the consumer any more.</exception>
    /// <exception cref="WaitTimedOutException">A wait took longer than the patience.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task ApplyAsync(
        UnpeeringPlan plan,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var facts = plan.Look?.Take(this, plan.Spec) ?? await ReadFactsAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(
                facts,
                seen => UnpeeringPlanner.Plan(plan.Spec, seen),
                plan.Steps,
                new StepRunner(_ports, _consumer.Time, _logger, progress),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Runs until the planner is content, with what Liqo made meanwhile as well.</summary>
    internal async Task RunAsync(
        UnpeeringFacts facts,
        Func<UnpeeringFacts, IEnumerable<PlannedStep>> planner,
        IReadOnlyList<LiqoStep>? agreed,
        StepRunner runner,
        CancellationToken cancellationToken
    )
    {
        await OnceAsync(facts).ConfigureAwait(false);
        if (facts.MayGetPeers)
        {
            await OnceAsync(await ReadFactsAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }

        Task OnceAsync(UnpeeringFacts start) =>
            runner.RunAsync(
                start.World,
                seen => [.. planner(start with { World = seen })],
                agreed,
                "The unpeering plan",
                cancellationToken
            );
    }

    internal async Task<UnpeeringFacts> ReadFactsAsync(CancellationToken cancellationToken)
    {
        UnpeeringFacts facts = new()
        {
            ConsumerId = _consumer.Id,
            ProviderId = _provider.Id,
            World = World.Empty,
        };
        facts = await LookAsync(facts, FirstTargets(facts), cancellationToken).ConfigureAwait(false);
        facts = await LookAsync(
                facts,
                [
                    .. facts.PodTargets,
                    .. TenantNamespaces.Unlisted(facts.World, ClusterSide.Provider, facts.ConsumerId),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        return await LookAsync(
                facts,
                facts.ProviderNamespaces.SelectMany(n => NetworkRemoval.OnProvider(n.Name).Prepend(Tenants(n.Name))),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<UnpeeringFacts> LookAsync(
        UnpeeringFacts facts,
        IEnumerable<Target> targets,
        CancellationToken cancellationToken
    )
    {
        WorldReader reader = new(_ports);
        return facts with
        {
            World = await reader.ReadAsync(facts.World, targets, cancellationToken).ConfigureAwait(false),
        };
    }

    private static IEnumerable<Target> FirstTargets(UnpeeringFacts facts) =>
        [
            .. new PeeringObjects(facts.ProviderId).All,
            TenantNamespaces.Listed(ClusterSide.Provider, facts.ConsumerId),
            facts.PeerTargetOnProvider,
        ];

    private static Target Tenants(string ns) => new(ClusterSide.Provider, new Selection(Kinds.Tenant, ns));
}

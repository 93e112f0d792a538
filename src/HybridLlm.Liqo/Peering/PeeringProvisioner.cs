using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// Peers a consumer with a provider, until the virtual node is Ready. Applying a plan twice writes nothing the second
/// time; an apply that was cut off is completed by the next one.
/// </summary>
public sealed class PeeringProvisioner
{
    private readonly LiqoCluster _consumer;
    private readonly LiqoCluster _provider;
    private readonly PeeringFactsReader _reader;
    private readonly ILogger<PeeringProvisioner> _logger;

    /// <summary>Keeps the clusters; asks them nothing yet.</summary>
    /// <param name="consumer">The cluster that will use the other's resources.</param>
    /// <param name="provider">The cluster that lends them.</param>
    public PeeringProvisioner(LiqoCluster consumer, LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _consumer = consumer;
        _provider = provider;
        _reader = new PeeringFactsReader(consumer, provider);
        _logger = consumer.Logger<PeeringProvisioner>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">The peering wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="StaleClusterIdException">The provider's id is that of an earlier cluster.</exception>
    /// <exception cref="LiqoRefusedException">What the clusters show rules the peering out.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<PeeringPlan> PlanAsync(PeeringSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The peering spec", spec.Faults());
        var facts = await _reader.ReadAsync(spec, cancellationToken).ConfigureAwait(false);
        return new PeeringPlan(spec, [.. PeeringPlanner.Plan(spec, facts).Select(s => s.Publish())])
        {
            Look = new FreshLook<PeeringFacts>(facts, this, spec, _consumer.Time),
        };
    }

    /// <summary>Does what is still missing of <paramref name="plan"/> and waits until the virtual node is Ready.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="PlanOutdatedException">Something is missing now that the plan does not say.</exception>
    /// <exception cref="StaleClusterIdException">The provider's id is that of an earlier cluster.</exception>
    /// <exception cref="LiqoRefusedException">Liqo says no, with its reason.</exception>
    /// <exception cref="WaitTimedOutException">A wait took longer than the spec's patience.</exception>
    /// <exception cref="ContestedObjectException">Somebody undoes what is written.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<PeeringStatus> ApplyAsync(
        PeeringPlan plan,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var facts =
            plan.Look?.Take(this, plan.Spec)
            ?? await _reader.ReadAsync(plan.Spec, cancellationToken).ConfigureAwait(false);
        StepRunner runner = new(new ClusterPorts(_consumer.Port, _provider.Port), _consumer.Time, _logger, progress);
        if (facts.Signature is null)
        {
            facts = await RunAsync(runner, plan, facts, f => f.Signature is not null, cancellationToken)
                .ConfigureAwait(false);
            facts = await _reader.WithKeyOfNowAsync(facts, cancellationToken).ConfigureAwait(false);
        }

        facts = await RunAsync(runner, plan, facts, _ => false, cancellationToken).ConfigureAwait(false);
        return PeeringStatus.Of(facts.World, _provider.Id, plan.Spec.SliceName);
    }

    /// <summary>Does what the planner asks for until it is content, or enough is seen.</summary>
    private static async Task<PeeringFacts> RunAsync(
        StepRunner runner,
        PeeringPlan plan,
        PeeringFacts facts,
        Func<PeeringFacts, bool> isEnough,
        CancellationToken cancellationToken
    ) =>
        facts with
        {
            World = await runner
                .RunAsync(
                    facts.World,
                    seen =>
                        facts with { World = seen } is var now && isEnough(now)
                            ? []
                            : PeeringPlanner.Plan(plan.Spec, now),
                    plan.Steps,
                    "The peering plan",
                    cancellationToken
                )
                .ConfigureAwait(false),
        };
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Offloading;

/// <summary>
/// Offloads namespaces of a consumer and takes them back. Create pods after the namespace is offloaded: pods that exist
/// already stay where they are.
/// </summary>
public sealed class NamespaceOffloader
{
    private static readonly TimeSpan s_removalPatience = TimeSpan.FromMinutes(2);

    private readonly LiqoCluster _consumer;
    private readonly ClusterPorts _ports;
    private readonly ILogger<NamespaceOffloader> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="consumer">The cluster whose namespaces are offloaded.</param>
    public NamespaceOffloader(LiqoCluster consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
        _ports = new ClusterPorts(consumer.Port, provider: null);
        _logger = consumer.Logger<NamespaceOffloader>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">The offloading wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="LiqoRefusedException">What the cluster shows rules it out.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<OffloadingPlan> PlanAsync(OffloadingSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var world = await ReadWorldAsync(spec.Namespace, cancellationToken).ConfigureAwait(false);
        var steps = OffloadingPlanner.Plan(spec, _consumer.Id, world);
        return new OffloadingPlan(spec, [.. steps.Select(s => s.Publish())])
        {
            Look = new FreshLook<World>(world, this, spec, _consumer.Time),
        };
    }

    /// <summary>Does what is still missing of <paramref name="plan"/> and waits until new pods may be created.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="PlanOutdatedException">Something is missing now that the plan does not say.</exception>
    /// <exception cref="LiqoRefusedException">Liqo says no, with its reason.</exception>
    /// <exception cref="WaitTimedOutException">A wait took longer than the spec's patience.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<OffloadingStatus> ApplyAsync(
        OffloadingPlan plan,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var ns = plan.Spec.Namespace;
        var world =
            plan.Look?.Take(this, plan.Spec) ?? await ReadWorldAsync(ns, cancellationToken).ConfigureAwait(false);
        world = await new StepRunner(_ports, _consumer.Time, _logger, progress)
            .RunAsync(
                world,
                seen => [.. OffloadingPlanner.Plan(plan.Spec, _consumer.Id, seen)],
                plan.Steps,
                "The offloading plan",
                cancellationToken
            )
            .ConfigureAwait(false);
        return StatusOf(ns, world);
    }

    /// <summary>
    /// Ends the offloading of a namespace and waits until the providers have deleted it, with all that is in it there.
    /// Doing so twice is fine.
    /// </summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="patience">Longest wait; null waits 2 minutes.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="LiqoRefusedException">A provider that holds the namespace does not answer.</exception>
    /// <exception cref="WaitTimedOutException">It takes longer than the patience.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task RemoveAsync(
        string ns,
        TimeSpan? patience = null,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        await Removal(ns, patience).RunAsync(agreed: null, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What <see cref="RemoveAsync"/> does, to be looked at first.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="patience">Longest wait; null waits 2 minutes.</param>
    public LiqoOperation Removal(string ns, TimeSpan? patience = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(ns);
        return new LiqoOperation(
            $"the end of the offloading of '{ns}'",
            _ports,
            _consumer.Time,
            _logger,
            async token =>
                (
                    await ReadWorldAsync(ns, token).ConfigureAwait(false),
                    seen => [.. OffloadingPlanner.PlanRemoval(ns, patience ?? s_removalPatience, seen)]
                )
        );
    }

    /// <summary>What has become of a namespace's offloading. Reads only.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">The cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<OffloadingStatus> ReadAsync(string ns, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(ns);
        return StatusOf(ns, await ReadWorldAsync(ns, cancellationToken).ConfigureAwait(false));
    }

    private Task<World> ReadWorldAsync(string ns, CancellationToken cancellationToken) =>
        new WorldReader(_ports).ReadAsync(World.Empty, OffloadingPlanner.Targets(ns), cancellationToken);

    private static OffloadingStatus StatusOf(string ns, World world) =>
        OffloadingStatus.Of(ns, OffloadingPlanner.Find(ns, world));
}

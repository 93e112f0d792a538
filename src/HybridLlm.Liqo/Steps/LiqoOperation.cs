using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Steps;

/// <summary>Looks at the clusters once; the planner is a pure function of what is seen then and later.</summary>
internal delegate Task<(World World, StepPlanner Planner)> Survey(CancellationToken cancellationToken);

/// <summary>
/// Something that can be planned, looked at and done. Doing it twice writes nothing the second time, and what was cut off is
/// completed by planning and applying again: every step follows from what the clusters show.
/// </summary>
public sealed class LiqoOperation
{
    private readonly ClusterPorts _ports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Survey _survey;

    internal LiqoOperation(string name, ClusterPorts ports, TimeProvider time, ILogger logger, Survey survey)
    {
        Name = name;
        _ports = ports;
        _time = time;
        _logger = logger;
        _survey = survey;
    }

    /// <summary>What it is about, e.g. <c>the network with 'aws-gpu-1'</c>.</summary>
    public string Name { get; }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="LiqoRefusedException">What the clusters show rules it out.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<LiqoPlan> PlanAsync(CancellationToken cancellationToken = default)
    {
        var (world, planner) = await _survey(cancellationToken).ConfigureAwait(false);
        return new LiqoPlan(Name, [.. planner(world).Select(s => s.Publish())]);
    }

    /// <summary>Does what is still missing of <paramref name="plan"/>.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="PlanOutdatedException">Something is missing now that the plan does not say.</exception>
    /// <exception cref="LiqoRefusedException">What the clusters show rules it out, or Liqo says no.</exception>
    /// <exception cref="WaitTimedOutException">A wait took longer than its patience.</exception>
    /// <exception cref="ContestedObjectException">Somebody undoes what is written.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task ApplyAsync(
        LiqoPlan plan,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        await RunAsync(plan.Steps, progress, cancellationToken).ConfigureAwait(false);
    }

    internal async Task<World> RunAsync(
        IReadOnlyList<LiqoStep>? agreed,
        IProgress<LiqoStep>? progress,
        CancellationToken cancellationToken
    )
    {
        var (world, planner) = await _survey(cancellationToken).ConfigureAwait(false);
        return await new StepRunner(_ports, _time, _logger, progress)
            .RunAsync(world, planner, agreed, $"The plan of {Name}", cancellationToken)
            .ConfigureAwait(false);
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Steps;

/// <summary>What a planner says must still be done, in order.</summary>
internal delegate IReadOnlyList<PlannedStep> StepPlanner(World world);

/// <summary>
/// Does the first step a planner asks for, sees what came of it, and asks again, until nothing is left. It holds no state
/// of its own, so starting it again after a crash goes on where the clusters are.
/// </summary>
internal sealed class StepRunner(
    ClusterPorts ports,
    TimeProvider time,
    ILogger logger,
    IProgress<LiqoStep>? progress = null
)
{
    private const int MostAttempts = 10;

    private readonly Dictionary<LiqoStep, int> _attempts = [];

    /// <summary>Runs until the planner is content.</summary>
    /// <param name="world">What is known so far.</param>
    /// <param name="planner">Pure function of the world.</param>
    /// <param name="agreed">Steps somebody has agreed to; null agrees to whatever the planner asks for.</param>
    /// <param name="what">The plan's name, for messages.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    public async Task<World> RunAsync(
        World world,
        StepPlanner planner,
        IReadOnlyList<LiqoStep>? agreed,
        string what,
        CancellationToken cancellationToken
    )
    {
        var watch = new WorldWatch(ports, time);
        await using var _ = watch.ConfigureAwait(false);
        while (planner(world) is [var step, ..])
        {
            var published = step.Publish();
            if (agreed is not null && !agreed.Any(published.IsSameAs))
            {
                throw new PlanOutdatedException(what, published.ToString());
            }

            world = step is WaitStep wait
                ? await WaitAsync(world, wait, planner, watch, cancellationToken).ConfigureAwait(false)
                : await WriteAsync(world, step, published, cancellationToken).ConfigureAwait(false);
            progress?.Report(published);
        }

        return world;
    }

    private async Task<World> WaitAsync(
        World world,
        WaitStep wait,
        StepPlanner planner,
        WorldWatch watch,
        CancellationToken cancellationToken
    )
    {
        var published = wait.Publish();
        var started = time.GetTimestamp();
        using CancellationTokenSource patience = new(wait.Patience, time);
        while (true)
        {
            var waited = time.GetElapsedTime(started);
            await watch.FollowAsync(wait.TargetsAfter(waited), world).ConfigureAwait(false);
            using CancellationTokenSource more = new(wait.UntilMoreTargets(waited) ?? Timeout.InfiniteTimeSpan, time);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(
                cancellationToken,
                patience.Token,
                more.Token
            );
            try
            {
                world = await watch.NextAsync(world, any.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
                when (!patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                continue;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return wait.YieldsAs is { } name
                    ? world with
                    {
                        GivenUp = world.GivenUp.Add(name),
                    }
                    : throw new WaitTimedOutException(published, wait.LastObserved, wait.Remedy);
            }

            if (planner(world) is not [WaitStep still, ..] || !still.Publish().IsSameAs(published))
            {
                return world;
            }

            wait = still;
        }
    }

    private async Task<World> WriteAsync(
        World world,
        PlannedStep step,
        LiqoStep published,
        CancellationToken cancellationToken
    )
    {
        var attempts = _attempts[published] = _attempts.GetValueOrDefault(published) + 1;
        if (attempts > MostAttempts)
        {
            throw new ContestedObjectException(published, MostAttempts);
        }

        var key = step.Object;
        ClusterObject? now;
        try
        {
            now = await DoAsync(step, cancellationToken).ConfigureAwait(false);
            Log.StepDone(logger, published);
        }
        // Somebody was faster. What they did may be what is wanted: look, and plan again.
        catch (KubernetesCallException refusal)
            when (refusal.Kind
                    is KubernetesErrorKind.AlreadyExists
                        or KubernetesErrorKind.Conflict
                        or KubernetesErrorKind.NotFound
                || (step is ReleaseStep && refusal.Kind == KubernetesErrorKind.Invalid)
            )
        {
            now = await ports[key.Cluster]
                .GetAsync(key.Kind, key.Namespace, key.Name, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind == KubernetesErrorKind.Forbidden && step.YieldsAs is not null)
        {
            return world with { GivenUp = world.GivenUp.Add(step.YieldsAs) };
        }

        return now is null ? world.Without(key) : world.With(key.Cluster, key.Kind, now);
    }

    private async Task<ClusterObject?> DoAsync(PlannedStep step, CancellationToken cancellationToken)
    {
        var (cluster, kind, ns, name) = step.Object;
        var port = ports[cluster];
        return step switch
        {
            CreateStep { Body: { } body } => await port.CreateAsync(kind, body, cancellationToken)
                .ConfigureAwait(false),
            UpdateStep { Patch: { } patch } => await port.MergeAsync(kind, ns, name, patch, cancellationToken)
                .ConfigureAwait(false),
            ApproveStep => await port.MergeAsync(
                    kind,
                    ns,
                    name,
                    ApproveStep.Patch.DeepClone().AsObject(),
                    cancellationToken,
                    "approval"
                )
                .ConfigureAwait(false),
            DeleteStep delete => await port.DeleteAsync(kind, ns, name, delete.AtOnce, cancellationToken)
                .ConfigureAwait(false),
            ReleaseStep release => await port.ReleaseAsync(
                    kind,
                    ns,
                    name,
                    release.Index,
                    release.Finalizer,
                    cancellationToken
                )
                .ConfigureAwait(false),
            _ => throw new InvalidOperationException($"A planner asks for '{step.Publish()}' before it can be done."),
        };
    }
}

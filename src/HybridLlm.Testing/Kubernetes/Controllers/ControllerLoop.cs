using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Runs controllers one after another until nothing changes any more, and again when something does.</summary>
internal sealed class ControllerLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<IController> _controllers;
    private readonly Func<IReadOnlyList<ObjectStore>> _stores;
    private readonly TimeProvider _time;
    private readonly Task _running;

    private ControllerLoop(
        TimeProvider time,
        Func<IReadOnlyList<ObjectStore>> stores,
        IReadOnlyList<IController> controllers
    )
    {
        _time = time;
        _stores = stores;
        _controllers = controllers;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Starts the controllers of one cluster.</summary>
    public static ControllerLoop Start(ClusterState cluster, IReadOnlyList<IController> controllers) =>
        Start(cluster.Time, () => [cluster.Store], controllers);

    /// <summary>Starts controllers that look at several clusters.</summary>
    public static ControllerLoop Start(
        TimeProvider time,
        Func<IReadOnlyList<ObjectStore>> stores,
        IReadOnlyList<IController> controllers
    ) => new(time, stores, controllers);

    /// <summary>Ends when no controller is at work any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            await _running.ConfigureAwait(false);
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var controller in _controllers.OfType<IAsyncDisposable>())
        {
            await controller.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var stores = _stores();
            var seen = stores.Select(s => s.Version).ToList();
            var due = RunAll();
            if (stores.Select(s => s.Version).SequenceEqual(seen))
            {
                await WaitAsync(stores, seen, due).ConfigureAwait(false);
            }
        }
    }

    private DateTimeOffset? RunAll()
    {
        DateTimeOffset? first = null;
        foreach (var controller in _controllers)
        {
            if (_stop.IsCancellationRequested)
            {
                return null;
            }

            var due = RunOne(controller);
            first = due is null || first < due ? first : due;
        }

        return first;
    }

    // A refusal ends the round, as it does in a real controller; the next one starts from what is there then.
    private DateTimeOffset? RunOne(IController controller)
    {
        try
        {
            return controller.Reconcile();
        }
        catch (ApiFailure)
        {
            return _time.GetUtcNow() + TimeSpan.FromSeconds(1);
        }
    }

    private async Task WaitAsync(IReadOnlyList<ObjectStore> stores, List<long> seen, DateTimeOffset? due)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        List<Task> reasons = [.. stores.Select((s, i) => s.PassedAsync(seen[i], done.Token))];
        var wait = due - _time.GetUtcNow();
        if (wait is not null)
        {
            reasons.Add(Task.Delay(wait.Value > TimeSpan.Zero ? wait.Value : TimeSpan.Zero, _time, done.Token));
        }

        await Task.WhenAny(reasons).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
    }
}

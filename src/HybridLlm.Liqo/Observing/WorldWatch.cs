using System.Threading.Channels;

namespace HybridLlm.Liqo.Observing;

/// <summary>
/// Keeps a world up to date. What two waits in a row look at stays watched from one to the next, so each object costs one
/// call however long it takes.
/// </summary>
internal sealed class WorldWatch(ClusterPorts ports, TimeProvider time) : IAsyncDisposable
{
    private readonly List<IDisposable> _seats = [.. ports.All.Select(p => p.Watches.Enter())];
    private readonly Dictionary<Target, TargetWatcher> _watchers = [];
    private readonly Channel<Func<World, World>> _changes = Channel.CreateUnbounded<Func<World, World>>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    /// <summary>Looks at these targets from now on, and at no others.</summary>
    public async Task FollowAsync(IReadOnlyList<Target> targets, World world)
    {
        foreach (var (target, watcher) in _watchers.Where(w => !targets.Contains(w.Key)).ToList())
        {
            _watchers.Remove(target);
            await watcher.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var target in targets.Where(t => !_watchers.ContainsKey(t)))
        {
            _watchers[target] = new TargetWatcher(target, ports, time, _changes.Writer, world.VersionOf(target));
        }
    }

    /// <summary>The world after at least one more change.</summary>
    /// <exception cref="LiqoException">A cluster refuses to be looked at or does not answer.</exception>
    public async Task<World> NextAsync(World world, CancellationToken cancellationToken)
    {
        var next = (await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false))(world);
        while (_changes.Reader.TryRead(out var change))
        {
            next = change(next);
        }

        return next;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watcher in _watchers.Values)
        {
            await watcher.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var seat in _seats)
        {
            seat.Dispose();
        }
    }
}

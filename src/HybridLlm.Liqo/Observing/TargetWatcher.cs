using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Observing;

/// <summary>Watches one target until disposed. Where watching is not granted, it asks every second, as liqoctl always does.</summary>
internal sealed class TargetWatcher : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Target _target;
    private readonly KubernetesPort _port;
    private readonly WorldReader _reader;
    private readonly TimeProvider _time;
    private readonly ChannelWriter<Func<World, World>> _changes;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private string? _version;

    /// <summary>Starts watching.</summary>
    /// <param name="target">What is watched.</param>
    /// <param name="ports">Where.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="changes">Told every change; a change that throws ends the wait.</param>
    /// <param name="version">Version last seen; null begins with what is there.</param>
    public TargetWatcher(
        Target target,
        ClusterPorts ports,
        TimeProvider time,
        ChannelWriter<Func<World, World>> changes,
        string? version
    )
    {
        _target = target;
        _port = ports[target.Cluster];
        _reader = new WorldReader(ports);
        _time = time;
        _changes = changes;
        _version = version;
        _running = RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var granted = true;
            while (true)
            {
                granted = granted && await WatchAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(s_pause, _time, cancellationToken).ConfigureAwait(false);
                if (!granted)
                {
                    await ListAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (LiqoException failure) when (!_target.IsOptional)
        {
            var captured = ExceptionDispatchInfo.Capture(failure);
            Tell(world =>
            {
                captured.Throw();
                return world;
            });
        }
        catch (LiqoException)
        {
            // What only explains a delay may stay unknown.
        }
    }

    /// <summary>One watch to its end; false when watching is not granted.</summary>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var changes = _port.Watches.FollowAsync(_target.Selection, _version, cancellationToken);
            await foreach (var change in changes.ConfigureAwait(false))
            {
                _version = change.ResourceVersion ?? _version;
                Tell(world =>
                    change.Listing is { } listing
                        ? world.WithListing(_target, listing)
                        : world.WithChange(_target, change)
                );
            }

            return true;
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Expired)
        {
            await ListAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Forbidden)
        {
            return false;
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var list = await _reader.ListAsync(_target, cancellationToken).ConfigureAwait(false);
        _version = list.ResourceVersion;
        if (_target.After is null)
        {
            Tell(world => world.WithListing(_target, list));
        }
    }

    private void Tell(Func<World, World> change) => _changes.TryWrite(change);
}

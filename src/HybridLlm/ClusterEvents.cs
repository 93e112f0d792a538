using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace HybridLlm;

/// <summary>Hands every event to all who watch. A watcher who is slow delays nobody.</summary>
internal sealed class ClusterEvents(TimeProvider clock)
{
    private ImmutableList<Channel<ClusterEvent>> _watchers = [];
    private ImmutableList<Action<ClusterEvent>> _listeners = [];
    private volatile bool _complete;

    public void Publish(ClusterEventKind kind, string stage, string message, TimeSpan? expected = null)
    {
        ClusterEvent happened = new()
        {
            At = clock.GetUtcNow(),
            Kind = kind,
            Stage = stage,
            Message = message,
            Expected = expected,
        };
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(happened);
        }

        foreach (var listener in _listeners)
        {
            listener(happened);
        }
    }

    /// <summary>Tells a listener everything, on the thread where it happens, until the result is disposed.</summary>
    public IDisposable Tell(Action<ClusterEvent> listener)
    {
        ImmutableInterlocked.Update(ref _listeners, list => list.Add(listener));
        return new Subscription(() => ImmutableInterlocked.Update(ref _listeners, list => list.Remove(listener)));
    }

    /// <summary>Starts watching at once, not at the first read.</summary>
    public IAsyncEnumerable<ClusterEvent> Watch(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<ClusterEvent>(new UnboundedChannelOptions { SingleReader = true });
        ImmutableInterlocked.Update(ref _watchers, list => list.Add(channel));
        if (_complete)
        {
            channel.Writer.TryComplete();
        }

        return Read(channel, cancellationToken);
    }

    public void Complete()
    {
        _complete = true;
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryComplete();
        }
    }

    private async IAsyncEnumerable<ClusterEvent> Read(
        Channel<ClusterEvent> channel,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return happened;
            }
        }
        finally
        {
            ImmutableInterlocked.Update(ref _watchers, list => list.Remove(channel));
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

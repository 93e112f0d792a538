using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>
/// One list and one watch of everything of a kind, told on to those who wait for parts of it. It knows all that is there at a version,
/// so whoever joins later misses nothing: neither what changed in between nor what is gone since.
/// </summary>
internal sealed class SharedWatch(Selection wide, KubernetesPort port, TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<(string?, string), ClusterObject> _objects = [];
    private readonly List<Follower> _followers = [];
    private string _version = "";
    private ExceptionDispatchInfo? _failure;
    private bool _hasEnded;

    /// <summary>Begins.</summary>
    /// <param name="onEnd">Told once that it has ended, and whether because it is not granted.</param>
    public void Start(Action<bool> onEnd) => _ = RunAsync(onEnd);

    /// <summary>A follower of a part; null when the watch has ended, or is not granted.</summary>
    /// <param name="selection">The part.</param>
    /// <param name="version">Version the follower knows; null when it knows nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LiqoException">The list failed.</exception>
    public async Task<Follower?> JoinAsync(Selection selection, string? version, CancellationToken cancellationToken)
    {
        await _listed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_hasEnded)
            {
                _failure?.Throw();
                return null;
            }

            // What is not past the follower's version has all that the follower misses still to come.
            var isBehind = version is null || !IsAtMost(_version, version);
            Follower follower = new(this, selection, isBehind ? _version : version!);
            if (isBehind)
            {
                follower.Tell(Snapshot(selection));
            }

            _followers.Add(follower);
            return follower;
        }
    }

    private async Task RunAsync(Action<bool> onEnd)
    {
        Exception? failure = null;
        try
        {
            await ListAsync().ConfigureAwait(false);
            while (await WatchAsync().ConfigureAwait(false))
            {
                await Task.Delay(s_pause, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        // Whatever it is, it is for those who wait to judge.
        catch (Exception lost)
        {
            failure = lost;
        }

        End(failure, onEnd);
    }

    /// <summary>One watch to its end; false when nobody follows it then.</summary>
    private async Task<bool> WatchAsync()
    {
        try
        {
            await foreach (var change in port.WatchAsync(wide, _version, stop).ConfigureAwait(false))
            {
                Take(change);
            }
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Expired)
        {
            await ListAsync().ConfigureAwait(false);
        }

        lock (_gate)
        {
            _hasEnded = _followers.Count == 0;
            return !_hasEnded;
        }
    }

    private async Task ListAsync()
    {
        var list = await port.ListAsync(wide, stop).ConfigureAwait(false);
        lock (_gate)
        {
            _version = list.ResourceVersion;
            _objects.Clear();
            foreach (var value in list.Items)
            {
                _objects[(value.Namespace, value.Name)] = value;
            }

            foreach (var follower in _followers)
            {
                follower.Tell(Snapshot(follower.Selection));
            }
        }

        _listed.TrySetResult();
    }

    private void Take(WatchChange change)
    {
        lock (_gate)
        {
            _version = change.ResourceVersion ?? _version;
            if (change.Object is not { } value)
            {
                return;
            }

            var key = (value.Namespace, value.Name);
            var before = _objects.GetValueOrDefault(key);
            if (change.IsGone)
            {
                _objects.Remove(key);
            }
            else
            {
                _objects[key] = value;
            }

            foreach (var follower in _followers.Where(f => !IsAtMost(change.ResourceVersion, f.Begin)))
            {
                follower.Tell(before, change);
            }
        }
    }

    private WatchChange Snapshot(Selection selection) =>
        WatchChange.Of(new ObjectList([.. _objects.Values.Where(selection.Includes)], _version));

    private void End(Exception? failure, Action<bool> onEnd)
    {
        var isRefused = failure is KubernetesCallException { Kind: KubernetesErrorKind.Forbidden };
        onEnd(isRefused);
        lock (_gate)
        {
            _hasEnded = true;
            _failure = failure is null || isRefused ? null : ExceptionDispatchInfo.Capture(failure);
            foreach (var follower in _followers)
            {
                follower.End(_failure?.SourceException);
            }
        }

        _listed.TrySetResult();
    }

    private void Leave(Follower follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    /// <summary>Versions of one kind grow; one that is no number says nothing.</summary>
    private static bool IsAtMost(string? version, string other) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && ulong.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var right)
        && left <= right;

    /// <summary>One who waits for a part; disposed when it does no longer.</summary>
    internal sealed class Follower(SharedWatch watch, Selection selection, string begin) : IDisposable
    {
        private readonly Channel<WatchChange> _changes = Channel.CreateUnbounded<WatchChange>(
            new UnboundedChannelOptions { SingleReader = true }
        );

        public Selection Selection => selection;

        /// <summary>Changes up to this version are known to it.</summary>
        public string Begin => begin;

        /// <summary>What it is told, until the watch ends.</summary>
        public IAsyncEnumerable<WatchChange> Changes(CancellationToken cancellationToken) =>
            _changes.Reader.ReadAllAsync(cancellationToken);

        public void Dispose() => watch.Leave(this);

        public void Tell(WatchChange change) => _changes.Writer.TryWrite(change);

        /// <summary>Tells a change if it concerns the part, whose object may also have ceased to belong to it.</summary>
        public void Tell(ClusterObject? before, WatchChange change)
        {
            var was = before is not null && selection.Includes(before);
            var isNow = !change.IsGone && selection.Includes(change.Object!);
            if (was || isNow)
            {
                Tell(change with { IsGone = !isNow });
            }
        }

        public void End(Exception? failure) => _changes.Writer.TryComplete(failure);
    }
}

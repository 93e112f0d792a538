using System.Runtime.CompilerServices;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>
/// The watches on one connection. An operation alone has its own, as narrow as what it waits for. Where several run at once, those that
/// wait for the same kind share one watch across namespaces, so that a hundred peerings hold a handful of watches instead of hundreds.
/// </summary>
internal sealed class WatchHub(KubernetesPort port, TimeProvider time) : IDisposable
{
    /// <summary>A shared watch costs a list and a watch: from three operations on, that is less than a watch each.</summary>
    private const int Crowd = 3;

    /// <summary>Kinds watched whole: Liqo's own, and nodes, since a waiter must also see a node of its name that is no virtual one.</summary>
    private static readonly ResourceKind[] s_whole =
    [
        Kinds.ForeignCluster,
        Kinds.Identity,
        Kinds.NamespaceMap,
        Kinds.Node,
        Kinds.Renew,
        Kinds.ResourceSlice,
        Kinds.VirtualNode,
    ];

    /// <summary>Kinds of which only those with the labels waited for are watched: most are none of Liqo's.</summary>
    private static readonly ResourceKind[] s_labelled = [Kinds.Namespace, Kinds.Pod, Kinds.Secret];

    /// <summary>Labels whose value is a peer, or a peer's virtual node.</summary>
    private static readonly string[] s_peers = [LiqoNames.RemoteClusterId, LiqoNames.VirtualNodeLabel];

    private readonly Lock _gate = new();
    private readonly Dictionary<Selection, SharedWatch> _shared = [];
    private readonly HashSet<Selection> _refused = [];
    private CancellationTokenSource _stop = new();
    private int _operations;
    private bool _isDisposed;

    /// <summary>What is watched in common now.</summary>
    public IReadOnlyList<Selection> Shared
    {
        get
        {
            lock (_gate)
            {
                return [.. _shared.Keys];
            }
        }
    }

    /// <summary>Tells that an operation begins to wait on this connection; disposed when it ends.</summary>
    public IDisposable Enter()
    {
        lock (_gate)
        {
            _operations++;
        }

        return new Seat(this);
    }

    /// <summary>
    /// Changes as they happen, as <see cref="KubernetesPort.WatchAsync"/> tells them, from a shared watch where there is one. That one does
    /// not end by itself.
    /// </summary>
    public async IAsyncEnumerable<WatchChange> FollowAsync(
        Selection selection,
        string? version,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var follower = await JoinAsync(selection, version, cancellationToken).ConfigureAwait(false);
        var changes = follower?.Changes(cancellationToken) ?? port.WatchAsync(selection, version, cancellationToken);
        await foreach (var change in changes.ConfigureAwait(false))
        {
            yield return change;
        }
    }

    /// <summary>Ends every shared watch.</summary>
    public void Dispose()
    {
        CancellationTokenSource? ended = null;
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                ended = Clear();
            }
        }

        End(ended);
        _stop.Dispose();
    }

    /// <summary>
    /// What a shared watch for a selection is on: the same of any peer. Null where that would be other people's objects, or where only the
    /// server can tell what belongs to the selection.
    /// </summary>
    internal static Selection? WideOf(Selection selection) =>
        selection.Fields is not null ? null
        : s_whole.Contains(selection.Kind) ? new Selection(selection.Kind)
        : s_labelled.Contains(selection.Kind) && selection.Labels is not null
            ? new Selection(selection.Kind) { Labels = string.Join(',', selection.LabelTerms.Select(OfAnyPeer)) }
        : null;

    /// <summary>A place at a shared watch; null when the follower is to watch for itself.</summary>
    private async Task<SharedWatch.Follower?> JoinAsync(
        Selection selection,
        string? version,
        CancellationToken cancellationToken
    )
    {
        if (WideOf(selection) is not { } wide)
        {
            return null;
        }

        while (SharedOn(wide) is { } shared)
        {
            if (await shared.JoinAsync(selection, version, cancellationToken).ConfigureAwait(false) is { } follower)
            {
                return follower;
            }

            // It ended in the moment of joining.
            Remove(wide, shared, isRefused: false);
        }

        return null;
    }

    private static string OfAnyPeer(string term) =>
        Array.Find(s_peers, p => term.StartsWith($"{p}=", StringComparison.Ordinal)) ?? term;

    private SharedWatch? SharedOn(Selection wide)
    {
        SharedWatch? shared;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_shared.TryGetValue(wide, out shared) || _operations < Crowd || _refused.Contains(wide))
            {
                return shared;
            }

            shared = new SharedWatch(wide, port, time, _stop.Token);
            _shared[wide] = shared;
        }

        shared.Start(isRefused => Remove(wide, shared, isRefused));
        return shared;
    }

    private void Remove(Selection wide, SharedWatch shared, bool isRefused)
    {
        lock (_gate)
        {
            if (_shared.GetValueOrDefault(wide) == shared)
            {
                _shared.Remove(wide);
            }

            // Who may not see all namespaces need not ask a second time.
            if (isRefused)
            {
                _refused.Add(wide);
            }
        }
    }

    private void Leave()
    {
        CancellationTokenSource? ended = null;
        lock (_gate)
        {
            if (--_operations == 0 && !_isDisposed)
            {
                ended = Clear();
            }
        }

        End(ended);
    }

    /// <summary>Forgets all shared watches; what ends them, null when there are none.</summary>
    private CancellationTokenSource? Clear()
    {
        if (_shared.Count == 0)
        {
            return null;
        }

        _shared.Clear();
        var ended = _stop;
        _stop = new CancellationTokenSource();
        return ended;
    }

    /// <summary>Outside of the lock: what is cancelled may go on at once, and come back here.</summary>
    private static void End(CancellationTokenSource? ended)
    {
        ended?.Cancel();
        ended?.Dispose();
    }

    private sealed class Seat(WatchHub hub) : IDisposable
    {
        private WatchHub? _hub = hub;

        public void Dispose() => Interlocked.Exchange(ref _hub, null)?.Leave();
    }
}

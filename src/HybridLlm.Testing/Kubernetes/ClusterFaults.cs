namespace HybridLlm.Testing.Kubernetes;

/// <summary>Trouble on purpose. Thread-safe.</summary>
public sealed class ClusterFaults
{
    private readonly Lock _gate = new();
    private readonly ClusterState _cluster;
    private readonly List<PlannedFault> _planned = [];
    private TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ClusterFaults(ClusterState cluster) => _cluster = cluster;

    /// <summary>Makes the next matching calls fail.</summary>
    /// <param name="status">HTTP status to answer, 400 to 599; 429 and 503 carry <c>Retry-After: 1</c>.</param>
    /// <param name="match">Which calls; null for all. It sees the call without its status.</param>
    /// <param name="count">How many calls fail, 1 or more.</param>
    /// <param name="afterEffect">
    /// False answers instead of doing anything; true does what was asked and answers the error all the same: the lost reply.
    /// </param>
    public void FailNext(int status, Func<ClusterCall, bool>? match = null, int count = 1, bool afterEffect = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Plan(new PlannedFault(status, match ?? (static _ => true), count, afterEffect));
    }

    /// <summary>Never answers the next matching calls: the client runs into its time-out.</summary>
    /// <param name="match">Which calls; null for all.</param>
    /// <param name="count">How many calls, 1 or more.</param>
    public void HangNext(Func<ClusterCall, bool>? match = null, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Plan(new PlannedFault(0, match ?? (static _ => true), count, false));
    }

    /// <summary>Cuts every open watch, in the middle of the stream; new ones are taken.</summary>
    public void DropWatches()
    {
        RequireEmulated();
        lock (_gate)
        {
            _dropped.SetResult();
            _dropped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Forgets the history, as etcd's compaction does: watches and pages from before answer 410 Gone.</summary>
    public void Compact()
    {
        RequireEmulated();
        _cluster.Store.Compact();
    }

    /// <summary>Ends when the watches that are open now are to be cut.</summary>
    internal Task WatchesDropped
    {
        get
        {
            lock (_gate)
            {
                return _dropped.Task;
            }
        }
    }

    /// <summary>The fault planned for a call, used up by asking; null when there is none.</summary>
    internal PlannedFault? Take(ClusterCall call, bool afterEffect)
    {
        lock (_gate)
        {
            var planned = _planned.Find(p => p.AfterEffect == afterEffect && p.Match(call));
            if (planned is not null && --planned.Left == 0)
            {
                _planned.Remove(planned);
            }

            return planned;
        }
    }

    private void Plan(PlannedFault fault)
    {
        RequireEmulated();
        lock (_gate)
        {
            _planned.Add(fault);
        }
    }

    private void RequireEmulated()
    {
        if (_cluster.Genuine is not null)
        {
            throw new NotSupportedException("A real API server takes no faults on purpose.");
        }
    }

    internal sealed class PlannedFault(int status, Func<ClusterCall, bool> match, int count, bool afterEffect)
    {
        /// <summary>0 never answers.</summary>
        public int Status => status;

        public Func<ClusterCall, bool> Match => match;

        public bool AfterEffect => afterEffect;

        public int Left { get; set; } = count;
    }
}

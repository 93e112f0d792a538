using HybridLlm.Applying;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Waking;

namespace HybridLlm.Keeping;

/// <summary>
/// Where what is heard of nodes, and what launches gave, becomes a decision: <see cref="NodeKeeper"/>'s, the same that is measured on
/// recorded spot markets. Its moves wait here until a wake carries them out; whether a node is wanted at all is the driver's to know.
/// </summary>
/// <param name="context">The cluster.</param>
/// <param name="notify">Told what concerns the driver, by wake.</param>
internal sealed class NodeKeeping(ClusterContext context, Action<string, WakeEvent> notify)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _wakes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private readonly KeeperPolicy _policy = new()
    {
        Markets = new MarketPolicy
        {
            Fallback = context.Spec.Gpu.OnDemand,
            WaitForSpot = context.Spec.Gpu.WaitForSpot,
            ReturnEvery = context.Spec.Gpu.ReturnToSpotEvery,
        },
    };
    private KeeperState _state = KeeperState.Initial;
    private IReadOnlyList<KeeperMove> _pending = [];

    /// <summary>When to look again although nothing has happened; null when there is nothing to wait for.</summary>
    public DateTimeOffset? LookAgainAt
    {
        get
        {
            lock (_gate)
            {
                return _state.LookAgainAt;
            }
        }
    }

    /// <summary>What a wake has to do first: what was decided before it, or what follows from somebody wanting a node now.</summary>
    public IReadOnlyList<KeeperMove> Begin()
    {
        lock (_gate)
        {
            if (_pending.Count > 0)
            {
                var decided = _pending;
                _pending = [];
                return decided;
            }

            _state = _state with
            {
                IsAsking = false,
                LookAgainAt = null,
                NoSpotSince = _state.Nodes.Count == 0 ? null : _state.NoSpotSince,
            };
            return Step(new KeeperEvent.TimePassed());
        }
    }

    /// <summary>Tells the outcome of a move, and says what is next.</summary>
    public IReadOnlyList<KeeperMove> Take(KeeperEvent happened)
    {
        lock (_gate)
        {
            return Step(happened);
        }
    }

    /// <summary>Keeps moves for the next wake.</summary>
    public void Keep(IReadOnlyList<KeeperMove> moves)
    {
        lock (_gate)
        {
            _pending = moves;
        }
    }

    /// <summary>A wake ends without having carried out its moves.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _state = _state with { IsAsking = false };
            _pending = [];
        }
    }

    /// <summary>What is heard of an instance is about this wake from now on.</summary>
    public void Know(string wakeId, string instanceId)
    {
        lock (_gate)
        {
            _wakes[instanceId] = wakeId;
        }
    }

    /// <summary>Takes over a node that serves and that an earlier process rented.</summary>
    public void Adopt(NodeMemory node)
    {
        Know(node.WakeId, node.InstanceId!);
        var offer = RememberedOffer.Of(node);
        lock (_gate)
        {
            _state = _state with
            {
                Nodes = _state.Nodes.Add(
                    new KeptNode
                    {
                        InstanceId = node.InstanceId!,
                        Offer = offer,
                        IsReady = true,
                    }
                ),
                Interruptions = _state.Interruptions.Watch(
                    new WatchedNode
                    {
                        InstanceId = node.InstanceId!,
                        InstanceType = offer.InstanceType.Name,
                        ZoneId = offer.Zone.Id,
                        Since = node.LaunchedAt ?? node.IntendedAt,
                    }
                ),
                LookedAt = context.Now,
                LookAgainAt =
                    offer.Market == InstanceMarket.OnDemand ? context.Now + _policy.Markets.ReturnEvery : null,
            };
        }
    }

    /// <summary>A node is given back by us; what is heard of it later is nothing to anybody.</summary>
    public void Forget(string instanceId)
    {
        lock (_gate)
        {
            _wakes.Remove(instanceId);
            _state = _state with
            {
                Nodes = _state.Nodes.RemoveAll(n => n.InstanceId == instanceId),
                Interruptions = _state.Interruptions.GiveBack(instanceId, context.Now),
            };
        }
    }

    /// <summary>Everything has been given back.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _wakes.Clear();
            _state = KeeperState.Initial;
            _pending = [];
        }
    }

    /// <summary>Whether any node is held, so that what a failed wake rented must go without the others.</summary>
    public bool HasNodes
    {
        get
        {
            lock (_gate)
            {
                return _state.Nodes.Count > 0;
            }
        }
    }

    /// <summary>Whether a node serves, or boots, that is not to be replaced for being taken.</summary>
    public bool HasStaying
    {
        get
        {
            lock (_gate)
            {
                return _state.Nodes.Exists(n => !n.IsLeaving);
            }
        }
    }

    /// <summary>Whether an instance has been heard to be gone.</summary>
    public bool IsGone(string? instanceId)
    {
        lock (_gate)
        {
            return instanceId is not null && _gone.Contains(instanceId);
        }
    }

    /// <summary>Whether EC2 has announced that it takes an instance.</summary>
    public bool IsAnnounced(string instanceId)
    {
        lock (_gate)
        {
            return _state.Interruptions.Nodes.TryGetValue(instanceId, out var node)
                && node.Heard == InterruptionKind.Notice;
        }
    }

    /// <summary>The one way for all sources; what tells nothing new changes nothing.</summary>
    public void Hear(InterruptionSignal signal)
    {
        string? wakeId;
        WakeEvent? happened = null;
        lock (_gate)
        {
            if (!_wakes.TryGetValue(signal.InstanceId, out wakeId))
            {
                return;
            }

            var before = _state.Interruptions.Nodes.GetValueOrDefault(signal.InstanceId);
            var moves = Step(new KeeperEvent.Signalled(signal, MayPrefetch(signal, wakeId)));
            _pending = [.. _pending, .. moves.OfType<KeeperMove.ReadOffers>()];
            var after = _state.Interruptions.Nodes.GetValueOrDefault(signal.InstanceId);
            var isNews =
                signal.Kind == InterruptionKind.Ended
                    ? _gone.Add(signal.InstanceId)
                    : before is not null && (after is null || after.Heard != before.Heard);
            if (!isNews)
            {
                return;
            }

            Remember(wakeId, signal);
            happened = signal.Kind switch
            {
                InterruptionKind.Ended => WakeEvent.NodeLost,
                InterruptionKind.Notice => WakeEvent.NoticeGiven,
                _ => after is { ReplacementStarted: true } ? WakeEvent.ReplacementAdvised : null,
            };
        }

        if (InterruptionWords.Of(wakeId, signal) is { } words)
        {
            context.Events.Publish(ClusterEventKind.Warning, ClusterStages.Reclaim, words);
        }

        if (happened is { } told)
        {
            notify(wakeId, told);
        }
    }

    private IReadOnlyList<KeeperMove> Step(KeeperEvent happened)
    {
        (_state, var moves) = NodeKeeper.Next(_state, happened, context.Now, _policy);
        return moves;
    }

    /// <summary>A recommendation may turn out to be nothing, so the budget must bear a second node; and one that boots is not given up for it.</summary>
    private bool MayPrefetch(InterruptionSignal signal, string wakeId) =>
        signal.Kind == InterruptionKind.Rebalance
        && _state.Nodes.Exists(n => n.InstanceId == signal.InstanceId && n.IsReady)
        && context.Journal.Memory.Node(wakeId) is { } node
        && BudgetBook
            .Bears(
                context.Spec.Budget,
                context.Journal.Memory,
                node.HourlyReserve,
                context.Now,
                context.Now + context.Spec.Life.Lease,
                context.Now
            )
            .Bears;

    private void Remember(string wakeId, InterruptionSignal signal)
    {
        if (
            signal.Kind != InterruptionKind.Rebalance
            && signal.ByEc2
            && context.Journal.Memory.Node(wakeId) is { IsInterrupted: false, EndedAt: null }
        )
        {
            context.Journal.Append(new NodeInterrupted { At = context.Now, WakeId = wakeId });
        }
    }
}

namespace HybridLlm.Waking;

/// <summary>
/// Carries out what <see cref="WakeMachine"/> decides: one wake for all who ask meanwhile, held requests let through together, the
/// GPU given back when nobody asks any more.
/// </summary>
internal sealed class WakeDriver(
    IBurst burst,
    TimeProvider clock,
    ClusterEvents events,
    TimeSpan idleTimeout,
    TimeSpan drainTimeout
) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HeldRequests _held = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly LeavingNodes _leaving = new(burst, events);
    private readonly WakeWork _work = new(burst, clock, events);
    private readonly OneTimer _timer = new(clock);
    private readonly List<TaskCompletionSource> _awaitingRest = [];
    private WakeState _state = WakeState.Initial;
    private GpuNode? _node;
    private GpuNode? _next;
    private Exception? _failure;

    public WakePhase Phase => Read(() => _state.Phase);

    public GpuNode? Node => Read(() => _node);

    public int Waiting => Read(() => _state.Held);

    /// <summary>The wake of the node that serves while nobody uses it; null otherwise.</summary>
    public string? IdleNode =>
        Read(() => _state is { Phase: WakePhase.Awake, Open: 0, Leaving: 0, Replacing: false } ? _node?.WakeId : null);

    /// <summary>Waits for a GPU, waking one if need be. The GPU stays until the lease is disposed.</summary>
    /// <exception cref="WakeFailedException">No GPU came up.</exception>
    public async Task<NodeLease> AcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<GpuNode> place;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            Step(WakeEvent.RequestArrived);
            if (_state.Phase == WakePhase.Awake)
            {
                _node!.Leases++;
                return new NodeLease(this, _node);
            }

            place = _held.Add();
        }

        try
        {
            return new NodeLease(this, await place.Task.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                // It may have been let through at the very moment its caller gave up.
                if (_held.Remove(place))
                {
                    Step(WakeEvent.HeldRequestLeft);
                }
                else if (place.Task.IsCompletedSuccessfully)
                {
                    Release(place.Task.GetAwaiter().GetResult());
                }
            }

            throw;
        }
    }

    /// <summary>Counts who looks at a node as one who uses it; null when it is not the one that serves.</summary>
    public NodeLease? Hold(GpuNode node)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(node, _node) || _state.Phase != WakePhase.Awake)
            {
                return null;
            }

            Step(WakeEvent.RequestArrived);
            node.Leases++;
            return new NodeLease(this, node);
        }
    }

    /// <summary>Gives the GPU back, open answers first, and returns when nothing is rented.</summary>
    public async Task SleepAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource atRest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Step(WakeEvent.SleepAsked);
            if (_state.Phase == WakePhase.Asleep)
            {
                return;
            }

            _awaitingRest.Add(atRest);
        }

        await atRest.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the driver what somebody else has noticed of a node.</summary>
    public void Notify(string wakeId, WakeEvent happened)
    {
        lock (_gate)
        {
            if (_state.Replacing && _node?.WakeId != wakeId && !_leaving.Knew(wakeId))
            {
                // It is the next node that is lost before it was ready; the one that serves is none the worse for it.
                if (happened is WakeEvent.NodeLost or WakeEvent.NoticeGiven or WakeEvent.BudgetExhausted)
                {
                    _work.CancelWake();
                }
            }
            else if (!_leaving.Knew(wakeId))
            {
                _failure = WakeFailure.Of(wakeId, happened);
                Step(happened);
                _failure = null;
            }
            else if (happened == WakeEvent.NodeLost)
            {
                _leaving.MarkLost(wakeId);
            }
        }
    }

    /// <summary>Takes over a node that an earlier process woke and that still serves.</summary>
    public bool Adopt(GpuNode node)
    {
        lock (_gate)
        {
            if (_state.Phase != WakePhase.Asleep)
            {
                return false;
            }

            _node = node;
            _state = new WakeState(WakePhase.Awake);
            Arm(idleTimeout, WakeEvent.IdleElapsed);
            return true;
        }
    }

    /// <summary>Stops driving. Nothing is given back: a node that is up stays until its lease runs out or another process sees to it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed.Cancel();
            _work.Stop();
            _timer.Disarm();
            _held.Cancel();
        }

        await _leaving.DisposeAsync().ConfigureAwait(false);
        await _work.DisposeAsync().ConfigureAwait(false);
        _disposed.Dispose();
        _node?.Dispose();
        _next?.Dispose();
    }

    internal void Release(GpuNode node)
    {
        lock (_gate)
        {
            node.Leases--;
            if (ReferenceEquals(node, _node))
            {
                Step(WakeEvent.OpenRequestLeft);
            }
            else if (_leaving.Released(node))
            {
                Step(WakeEvent.LeavingRequestLeft);
            }
        }
    }

    private void Step(WakeEvent happened)
    {
        var (next, effects) = WakeMachine.Next(_state, happened);
        _state = next;
        foreach (var effect in effects)
        {
            Do(effect);
        }

        if (_state.Phase == WakePhase.Asleep)
        {
            _awaitingRest.ForEach(w => w.TrySetResult());
            _awaitingRest.Clear();
        }
    }

    private void Do(WakeEffect effect)
    {
        switch (effect)
        {
            case WakeEffect.StartWake:
                _work.StartWake(why => Read(() => WakeFailure.Judge(why, _state)), Ready, Failed);
                break;
            case WakeEffect.CancelWake:
                _work.CancelWake();
                break;
            case WakeEffect.ReleaseHeld:
                _held.Release(_node!);
                break;
            case WakeEffect.Retire:
                Retire();
                break;
            case WakeEffect.RetireLost:
                _node!.MarkLost();
                Retire();
                break;
            case WakeEffect.FailHeld:
                _held.Fail(
                    WakeFailedException.Because(_failure ?? new OperationCanceledException("the GPU was sent to sleep"))
                );
                break;
            case WakeEffect.FailOpen:
                _node?.MarkLost();
                _leaving.MarkLost();
                break;
            case WakeEffect.ArmIdle:
                Arm(idleTimeout, WakeEvent.IdleElapsed);
                break;
            case WakeEffect.ArmDrain:
                Arm(drainTimeout, WakeEvent.DrainElapsed);
                break;
            case WakeEffect.DisarmIdle:
                _timer.Disarm();
                break;
            case WakeEffect.GiveBack:
                _timer.Disarm();
                _work.StartGivingBack(() => Read(() => _leaving.Settled), Ended);
                break;
            default:
                throw new InvalidOperationException($"{effect} is no known effect.");
        }
    }

    /// <summary>The node leaves; the next one, if it is ready, takes its place.</summary>
    private void Retire()
    {
        _leaving.Add(_node!);
        (_node, _next) = (_next, null);
    }

    private void Ready(GpuNode node)
    {
        lock (_gate)
        {
            (_node, _next) = _node is null ? (node, _next) : (_node, node);
            Step(WakeEvent.WakeSucceeded);
        }
    }

    private void Failed(Exception why)
    {
        lock (_gate)
        {
            _failure = why;
            Step(WakeFailure.EventOf(why, _state));
            _failure = null;
        }
    }

    private void Ended()
    {
        lock (_gate)
        {
            _node = _next = null;
            _leaving.Clear();
            Step(WakeEvent.Ended);
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void Arm(TimeSpan after, WakeEvent then) => _timer.Arm(after, _gate, () => Step(then));
}

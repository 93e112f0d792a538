using HybridLlm.Applying;

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
    private static readonly TimeSpan s_retryGivingBack = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource<GpuNode>> _held = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly LeavingNodes _leaving = new(burst, events);
    private readonly OneTimer _timer = new(clock);
    private readonly List<TaskCompletionSource> _awaitingRest = [];
    private CancellationTokenSource _wake = new();
    private WakeState _state = WakeState.Initial;
    private GpuNode? _node;
    private Exception? _failure;
    private Task _work = Task.CompletedTask;

    public WakePhase Phase
    {
        get
        {
            lock (_gate)
            {
                return _state.Phase;
            }
        }
    }

    public GpuNode? Node
    {
        get
        {
            lock (_gate)
            {
                return _node;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _state.Held;
            }
        }
    }

    /// <summary>Waits for a GPU, waking one if need be. The GPU stays until the lease is disposed.</summary>
    /// <exception cref="WakeFailedException">No GPU came up.</exception>
    public async Task<NodeLease> AcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<GpuNode> place = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            Step(WakeEvent.RequestArrived);
            if (_state.Phase == WakePhase.Awake)
            {
                _node!.Leases++;
                return new NodeLease(this, _node);
            }

            _held.Add(place);
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
            if (!_leaving.Knew(wakeId))
            {
                _failure = Why(wakeId, happened);
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
        Task work;
        lock (_gate)
        {
            _disposed.Cancel();
            _wake.Cancel();
            _timer.Disarm();
            foreach (var place in _held)
            {
                place.TrySetCanceled();
            }

            _held.Clear();
            work = _work;
        }

        await _leaving.DisposeAsync().ConfigureAwait(false);
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposed.Dispose();
        _wake.Dispose();
        _node?.Dispose();
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

    /// <summary>What those who wait are told if this ends their wake.</summary>
    private static HybridLlmException? Why(string wakeId, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.NodeLost or WakeEvent.NoticeGiven => new NodeLostException(
                wakeId,
                "EC2 took its instance before it was ready",
                isGone: true
            ),
            WakeEvent.BudgetExhausted => new HybridLlmException(
                "The budget bears no further lease of the node.",
                "Raise the budget, or ask again when its day or month is over."
            ),
            _ => null,
        };

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
                _wake.Dispose();
                _wake = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
                Run(() => WakeAsync(_wake.Token));
                break;
            case WakeEffect.CancelWake:
                _wake.Cancel();
                break;
            case WakeEffect.ReleaseHeld:
                _node!.Leases += _held.Count;
                _held.ForEach(p => p.SetResult(_node));
                _held.Clear();
                break;
            case WakeEffect.Retire:
                _leaving.Add(_node!);
                _node = null;
                break;
            case WakeEffect.FailHeld:
                var failure = WakeFailedException.Because(
                    _failure ?? new OperationCanceledException("the GPU was sent to sleep")
                );
                _held.ForEach(p => p.TrySetException(failure));
                _held.Clear();
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
                Run(GiveBackAsync);
                break;
            default:
                throw new InvalidOperationException($"{effect} is no known effect.");
        }
    }

    /// <summary>Work is one after the other: what a wake rented is given back after the wake has stopped.</summary>
    private void Run(Func<Task> work)
    {
        var before = _work;
        _work = Task.Run(async () =>
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await work().ConfigureAwait(false);
        });
    }

    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var node = await burst.WakeAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                _node = node;
                Step(WakeEvent.WakeSucceeded);
            }
        }
        catch (Exception e)
        {
            // Whatever went wrong, those who wait must hear of it and what was rented must go.
            events.Publish(ClusterEventKind.Failed, ClusterStages.Wake, e.Message);
            lock (_gate)
            {
                _failure = e;
                // Whether we or the watch over the node see first that it has gone must make no difference.
                Step(e is NodeLostException { IsGone: true } ? WakeEvent.NodeLost : WakeEvent.WakeFailed);
                _failure = null;
            }
        }
    }

    private async Task GiveBackAsync()
    {
        Task ahead;
        lock (_gate)
        {
            ahead = _leaving.Settled;
        }

        await ahead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                await burst.GiveBackAsync(_disposed.Token).ConfigureAwait(false);
                lock (_gate)
                {
                    _node = null;
                    _leaving.Clear();
                    Step(WakeEvent.Ended);
                }

                return;
            }
            catch (Exception e) when (!_disposed.IsCancellationRequested)
            {
                events.Publish(
                    ClusterEventKind.Warning,
                    ClusterStages.Sleep,
                    $"Giving the GPU back failed and is tried again: {e.Message}"
                );
                await Task.Delay(s_retryGivingBack, clock, _disposed.Token).ConfigureAwait(false);
            }
        }
    }

    private void Arm(TimeSpan after, WakeEvent then) =>
        _timer.Arm(
            after,
            armed =>
            {
                lock (_gate)
                {
                    if (_timer.IsArmed(armed))
                    {
                        Step(then);
                    }
                }
            }
        );
}

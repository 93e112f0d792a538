namespace HybridLlm.Waking;

/// <summary>
/// Has wakes and their ends done, one after the other: what a wake rented is given back after the wake has stopped. Its driver's lock
/// guards the beginning of each.
/// </summary>
internal sealed class WakeWork(IBurst burst, TimeProvider clock, ClusterEvents events) : IAsyncDisposable
{
    private static readonly TimeSpan s_retryGivingBack = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _disposed = new();
    private CancellationTokenSource _wake = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Begins a wake once all before it is done.</summary>
    /// <param name="judge">What it means when it fails.</param>
    /// <param name="ready">Told the node.</param>
    /// <param name="failed">Told why there is none.</param>
    public void StartWake(Func<Exception, FailedWake> judge, Action<GpuNode> ready, Action<Exception> failed)
    {
        _wake.Dispose();
        _wake = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        var token = _wake.Token;
        Run(async () =>
        {
            try
            {
                ready(await burst.WakeAsync(token).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                // Whatever went wrong, those who wait must hear of it and what was rented must go.
                await TellAsync(e, judge(e)).ConfigureAwait(false);
                failed(e);
            }
        });
    }

    public void CancelWake() => _wake.Cancel();

    /// <summary>Gives back everything rented once all before it is done, and tries until it is.</summary>
    /// <param name="ahead">What is being given back already.</param>
    /// <param name="ended">Told when nothing is rented any more.</param>
    public void StartGivingBack(Func<Task> ahead, Action ended) =>
        Run(async () =>
        {
            await ahead().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!_disposed.IsCancellationRequested && !await TryGiveBackAsync().ConfigureAwait(false))
            {
                await Task.Delay(s_retryGivingBack, clock, _disposed.Token).ConfigureAwait(false);
            }

            if (!_disposed.IsCancellationRequested)
            {
                ended();
            }
        });

    /// <summary>Nothing is begun any more; what is under way is told to stop.</summary>
    public void Stop() => _disposed.Cancel();

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wake.Dispose();
        _disposed.Dispose();
    }

    private void Run(Func<Task> work)
    {
        var before = _last;
        _last = Task.Run(async () =>
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await work().ConfigureAwait(false);
        });
    }

    /// <summary>A node that was to replace one that serves goes by itself; otherwise all that is rented goes.</summary>
    private async Task TellAsync(Exception why, FailedWake what)
    {
        events.Publish(
            what == FailedWake.Ends ? ClusterEventKind.Failed : ClusterEventKind.Warning,
            ClusterStages.Wake,
            what switch
            {
                FailedWake.LeavesAnother => $"The node that serves is not replaced: {why.Message}",
                FailedWake.IsPostponed => $"The next node waits until the lost one is given back: {why.Message}",
                _ => why.Message,
            }
        );
        if (what == FailedWake.LeavesAnother)
        {
            await burst.GiveUpAsync(_disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryGiveBackAsync()
    {
        try
        {
            await burst.GiveBackAsync(_disposed.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!_disposed.IsCancellationRequested)
        {
            events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Sleep,
                $"Giving the GPU back failed and is tried again: {e.Message}"
            );
            return false;
        }
    }
}

/// <summary>What it means that a wake failed.</summary>
internal enum FailedWake
{
    /// <summary>Those who wait hear of it; all that is rented goes.</summary>
    Ends,

    /// <summary>Another node serves, which the failure leaves as it is.</summary>
    LeavesAnother,

    /// <summary>It is begun again once a lost node is given back.</summary>
    IsPostponed,
}

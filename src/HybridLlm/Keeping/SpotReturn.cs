using HybridLlm.Applying;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.Keeping;

/// <summary>While a node that was bought on demand serves, compares it with spot now and then, in moments in which nobody uses it.</summary>
/// <param name="context">The cluster.</param>
/// <param name="keeping">Who decides.</param>
/// <param name="plan">Reads the offers.</param>
/// <param name="idleNode">The wake of the node that serves while nobody uses it; null otherwise.</param>
/// <param name="notify">Told, with that wake, that spot is worth while again; the next wake rents it.</param>
internal sealed class SpotReturn(
    ClusterContext context,
    NodeKeeping keeping,
    Func<CancellationToken, Task<PlannedWake>> plan,
    Func<string?> idleNode,
    Action<string> notify
) : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Begins to look, if it does not already; it ends by itself when there is nothing to go back from.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_looking.IsCompleted && !_stop.IsCancellationRequested)
            {
                _looking = Quietly.Run(() => LookAsync(_stop.Token));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task looking;
        lock (_gate)
        {
            _stop.Cancel();
            looking = _looking;
        }

        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        while (keeping.LookAgainAt is { } at)
        {
            var now = context.Now;
            await Task.Delay(at > now ? at - now : s_lookEvery, context.Clock, cancellationToken).ConfigureAwait(false);
            if (keeping.LookAgainAt <= context.Now && idleNode() is { } wakeId)
            {
                await CompareAsync(wakeId, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CompareAsync(string wakeId, CancellationToken cancellationToken)
    {
        if (keeping.Take(new KeeperEvent.TimePassed()).All(m => m is not KeeperMove.ReadOffers))
        {
            return;
        }

        try
        {
            var planned = await plan(cancellationToken).ConfigureAwait(false);
            var moves = keeping.Take(new KeeperEvent.OffersRead(planned.Market.Warm));
            if (moves.OfType<KeeperMove.Launch>().Any())
            {
                keeping.Keep(moves);
                context.Events.Publish(
                    ClusterEventKind.Progress,
                    ClusterStages.Rent,
                    "Spot is worth while again: the GPU bought on demand gives way to it."
                );
                notify(wakeId);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            keeping.Take(new KeeperEvent.LaunchRefused(InstanceMarket.Spot, []));
            context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Rent,
                $"Spot is not compared this time: {e.Message}"
            );
        }
    }
}

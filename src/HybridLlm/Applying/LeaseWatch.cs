using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Leases;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>
/// Watches over a rented node from its launch on: renews its lease while the budget bears it, and notices when EC2 has taken it. If
/// this process dies, the watching ends and so, with the lease, does the node.
/// </summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(20);

    private readonly ClusterContext _context;
    private readonly string _wakeId;
    private readonly string _instanceId;
    private readonly Action<WakeEvent> _notify;
    private readonly LeasePolicy _policy;
    private readonly LeaseKeeper _keeper;
    private readonly ClusterInstances _instances;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public LeaseWatch(ClusterContext context, string wakeId, string instanceId, Action<WakeEvent> notify)
    {
        _context = context;
        _wakeId = wakeId;
        _instanceId = instanceId;
        _notify = notify;
        _policy = new LeasePolicy { Length = context.Spec.Life.Lease };
        _keeper = new LeaseKeeper(context.Aws, context.Region, _policy);
        _instances = new ClusterInstances(context.Aws, context.Owner, context.Region);
        _watching = Task.Run(() => WatchAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(s_lookEvery, _context.Clock, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!await LookAsync(cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The lease bears a few failed looks; if they go on failing, the node ends itself, as it should.
                _context.Events.Publish(ClusterEventKind.Warning, ClusterStages.Lease, $"{_wakeId}: {e.Message}");
            }
        }
    }

    /// <summary>One look at the node; false when there is nothing left to watch.</summary>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var all = await _instances.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(i => i.InstanceId == _instanceId) is not { } node)
        {
            return true;
        }

        if (!node.IsAlive)
        {
            _context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Lease,
                $"{_wakeId} is gone: {node.Phase}, {node.StateReason ?? "no reason given"}."
            );
            _notify(WakeEvent.NodeLost);
            return false;
        }

        return node is not { LeaseUntil: { } leaseUntil, ExpiresAt: { } expiresAt }
            || _policy.Decide(_context.Now, leaseUntil, expiresAt).RenewUntil is not { } until
            || await RenewAsync(node, leaseUntil, until, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> RenewAsync(
        InstanceStatus node,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var reserve = _context.Journal.Memory.Node(_wakeId)?.HourlyReserve ?? 0;
            BudgetGate.Check(_context, reserve, since, until);
        }
        catch (BudgetExhaustedException e)
        {
            _context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Lease,
                $"{e.Message} The GPU is given back."
            );
            _notify(WakeEvent.BudgetExhausted);
            return false;
        }

        _context.Journal.Append(
            new LeaseExtended
            {
                At = _context.Now,
                WakeId = _wakeId,
                Until = until,
            }
        );
        await _keeper.RenewIfDueAsync(node, cancellationToken).ConfigureAwait(false);
        _context.Events.Publish(ClusterEventKind.Progress, ClusterStages.Lease, $"{_wakeId} may live until {until:u}.");
        return true;
    }
}

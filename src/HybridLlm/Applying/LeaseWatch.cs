using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Leases;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>
/// Watches over a rented node from its launch on: renews its lease while the budget bears it, hears when EC2 is about to take it and
/// notices when it has. If this process dies, the watching ends and so, with the lease, does the node.
/// </summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_listenEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(20);

    private readonly ClusterContext _context;
    private readonly string _wakeId;
    private readonly string _instanceId;
    private readonly Action<WakeEvent> _notify;
    private readonly LeasePolicy _policy;
    private readonly LeaseKeeper _keeper;
    private readonly ClusterInstances _instances;
    private readonly SpotNotices _notices;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private bool _noticed;
    private bool _over;

    public LeaseWatch(ClusterContext context, string wakeId, string instanceId, Action<WakeEvent> notify)
    {
        _context = context;
        _wakeId = wakeId;
        _instanceId = instanceId;
        _notify = notify;
        _policy = new LeasePolicy { Length = context.Spec.Life.Lease };
        _keeper = new LeaseKeeper(context.Aws, context.Region, _policy);
        _instances = new ClusterInstances(context.Aws, context.Owner, context.Region);
        _notices = new SpotNotices(context.Aws, context.Owner, context.Region);
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
        var lastLook = _context.Now;
        while (!_over)
        {
            await Task.Delay(s_listenEvery, _context.Clock, cancellationToken).ConfigureAwait(false);
            if (!_noticed)
            {
                await TryAsync(ListenAsync, cancellationToken).ConfigureAwait(false);
            }

            if (_context.Now - lastLook >= s_lookEvery)
            {
                lastLook = _context.Now;
                await TryAsync(LookAsync, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A lease bears a few failed looks; if they go on failing, the node ends itself, as it should.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        try
        {
            await look(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _context.Events.Publish(ClusterEventKind.Warning, ClusterStages.Lease, $"{_wakeId}: {e.Message}");
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var notices = await _notices.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (notices.FirstOrDefault(n => n.InstanceId == _instanceId) is { } notice)
        {
            _noticed = true;
            _context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Reclaim,
                $"EC2 takes {_wakeId} ({notice.Code}){(notice.EndsAt is { } end ? $" at {end:u}" : "")}."
            );
            _notify(WakeEvent.NoticeGiven);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var all = await _instances.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(i => i.InstanceId == _instanceId) is not { } node)
        {
            return;
        }

        if (!node.IsAlive)
        {
            _context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Lease,
                $"{_wakeId} is gone: {node.Phase}, {node.StateReason ?? "no reason given"}."
            );
            _over = true;
            _notify(WakeEvent.NodeLost);
        }
        else if (
            !_noticed
            && node is { LeaseUntil: { } leaseUntil, ExpiresAt: { } expiresAt }
            && _policy.Decide(_context.Now, leaseUntil, expiresAt).RenewUntil is { } until
        )
        {
            await RenewAsync(node, leaseUntil, until, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(
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
            _over = true;
            _notify(WakeEvent.BudgetExhausted);
            return;
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
    }
}

using HybridLlm.Applying;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Leases;
using HybridLlm.Budgets;
using HybridLlm.Journals;

namespace HybridLlm.Keeping;

/// <summary>
/// Watches over a rented node from its launch on: renews its lease while the budget bears it, asks EC2 and the node itself whether EC2 is
/// about to take it, and notices when it has. If this process dies, the watching ends and so, with the lease, does the node.
/// </summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_listenEvery = TimeSpan.FromSeconds(5);

    // Reading the bucket costs, asking EC2 does not.
    private static readonly TimeSpan s_readEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(20);

    private readonly ClusterContext _context;
    private readonly string _wakeId;
    private readonly NodeKeeping _keeping;
    private readonly AgentMailbox? _agent;
    private readonly Action _exhausted;
    private readonly LeasePolicy _policy;
    private readonly LeaseKeeper _keeper;
    private readonly ClusterInstances _instances;
    private readonly SpotNotices _notices;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private bool _over;

    public LeaseWatch(
        ClusterContext context,
        string wakeId,
        string instanceId,
        NodeKeeping keeping,
        AgentMailbox? agent,
        Action exhausted
    )
    {
        _context = context;
        _wakeId = wakeId;
        InstanceId = instanceId;
        _keeping = keeping;
        _agent = agent;
        _exhausted = exhausted;
        _policy = new LeasePolicy { Length = context.Spec.Life.Lease };
        _keeper = new LeaseKeeper(context.Aws, context.Region, _policy);
        _instances = new ClusterInstances(context.Aws, context.Owner, context.Region);
        _notices = new SpotNotices(context.Aws, context.Owner, context.Region);
        _watching = Quietly.Run(() => WatchAsync(_stop.Token));
    }

    public string InstanceId { get; }

    /// <summary>That EC2 does not have an instance any more, and whether it took it.</summary>
    public static InterruptionSignal Ended(InstanceStatus node, DateTimeOffset at) =>
        new()
        {
            InstanceId = node.InstanceId,
            Kind = InterruptionKind.Ended,
            Source = InterruptionSource.Reconcile,
            At = at,
            ByEc2 = node.StateReason?.StartsWith("Server.", StringComparison.Ordinal) == true,
        };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var lastLook = _context.Now;
        var lastRead = lastLook;
        while (!_over)
        {
            await Task.Delay(s_listenEvery, _context.Clock, cancellationToken).ConfigureAwait(false);
            if (!_keeping.IsAnnounced(InstanceId))
            {
                await TryAsync(ListenAsync, cancellationToken).ConfigureAwait(false);
            }

            if (_context.Now - lastRead >= s_readEvery && _agent is not null && !_keeping.IsAnnounced(InstanceId))
            {
                lastRead = _context.Now;
                await TryAsync(ReadAsync, cancellationToken).ConfigureAwait(false);
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
        if (notices.FirstOrDefault(n => n.InstanceId == InstanceId) is { } notice)
        {
            _keeping.Hear(
                new InterruptionSignal
                {
                    InstanceId = InstanceId,
                    Kind = InterruptionKind.Notice,
                    Source = InterruptionSource.Reconcile,
                    At = _context.Now,
                    EndsAt = notice.EndsAt,
                }
            );
        }
    }

    /// <summary>What the node has left word of; the worst is told first.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in await _agent!.ReadAsync(_wakeId, InstanceId, cancellationToken).ConfigureAwait(false))
        {
            _keeping.Hear(signal);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var all = await _instances.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(i => i.InstanceId == InstanceId) is not { } node)
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
            _keeping.Hear(Ended(node, _context.Now));
        }
        else if (
            !_keeping.IsAnnounced(InstanceId)
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
            _exhausted();
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

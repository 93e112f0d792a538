using Microsoft.Extensions.Hosting;

namespace HybridLlm.Gateway.Holding;

/// <summary>Where the rented node's wake is.</summary>
internal interface IWakeNews
{
    /// <summary>The stage it is in; null while none is under way.</summary>
    WakeStage? Stage { get; }
}

/// <summary>A stage of a wake.</summary>
/// <param name="Stage">Its name, e.g. <c>wake.boot</c>.</param>
/// <param name="Message">What happens, one sentence.</param>
/// <param name="Eta">Time until the model answers, by what wakes take.</param>
internal sealed record WakeStage(string Stage, string Message, TimeSpan Eta)
{
    /// <summary>What was spent since the wake began, USD.</summary>
    public decimal CostUsd { get; init; }
}

/// <summary>A stage of a wake that is over.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Began">When it began.</param>
/// <param name="Ended">When the next began.</param>
internal sealed record PastStage(string Stage, DateTimeOffset Began, DateTimeOffset Ended);

/// <summary>Follows what happens to a cluster, so that those who are held can be told, and stages be measured.</summary>
internal sealed class WakeNews(HybridCluster cluster, TimeProvider clock, Action<PastStage> told)
    : BackgroundService,
        IWakeNews
{
    private readonly Lock _gate = new();
    private List<PastStage> _past = [];
    private Going? _going;
    private decimal _spentBefore;

    public WakeStage? Stage
    {
        get
        {
            lock (_gate)
            {
                return _going is { } going
                    ? new WakeStage(going.Stage, going.Message, Eta(going))
                    {
                        CostUsd = Math.Max(0, cluster.SpentSince(DateTimeOffset.MinValue) - _spentBefore),
                    }
                    : null;
            }
        }
    }

    /// <summary>Stages of the last wake that ended.</summary>
    public IReadOnlyList<PastStage> Past
    {
        get
        {
            lock (_gate)
            {
                return _past;
            }
        }
    }

    public void See(ClusterEvent happened)
    {
        if (happened.Stage != ClusterStages.Wake && !happened.Stage.StartsWith("wake.", StringComparison.Ordinal))
        {
            return;
        }

        lock (_gate)
        {
            if (happened.Stage == ClusterStages.Wake)
            {
                // The wake as a whole: it begins, or is over either way.
                EndStage();
                if (happened.Kind is ClusterEventKind.Progress)
                {
                    (_past, _spentBefore) = ([], cluster.SpentSince(DateTimeOffset.MinValue));
                    _going = new Going(happened.Stage, happened.Message, clock.GetUtcNow());
                }
            }
            else if (happened.Kind is not ClusterEventKind.Detail)
            {
                if (_going?.Stage != happened.Stage)
                {
                    EndStage();
                }

                _going = new Going(happened.Stage, happened.Message, _going?.Since ?? clock.GetUtcNow());
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var happened in cluster.WatchAsync(stoppingToken).ConfigureAwait(false))
        {
            See(happened);
        }
    }

    private void EndStage()
    {
        if (_going is { } going)
        {
            PastStage past = new(going.Stage, going.Since, clock.GetUtcNow());
            _past = [.. _past, past];
            told(past);
        }

        _going = null;
    }

    private TimeSpan Eta(Going going)
    {
        var (left, found) = (TimeSpan.Zero, going.Stage == ClusterStages.Wake);
        foreach (var stage in cluster.WakeStages)
        {
            if (stage.Stage == going.Stage)
            {
                found = true;
                var rest = stage.Expected - (clock.GetUtcNow() - going.Since);
                left += rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
            }
            else if (found)
            {
                left += stage.Expected;
            }
        }

        return left;
    }

    private sealed record Going(string Stage, string Message, DateTimeOffset Since);
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>Where the time of wakes goes, by the clock on the wall.</summary>
internal sealed class StageTimes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<double>> _times = [];
    private string? _stage;
    private long _since;

    /// <summary>A request is sent that finds nobody awake.</summary>
    public void Begin() => Enter("request");

    /// <summary>Its first token is there.</summary>
    public void End() => Enter(null);

    public async Task WatchAsync(HybridCluster cluster, CancellationToken cancellationToken)
    {
        await foreach (var happened in cluster.WatchAsync(cancellationToken))
        {
            if (happened.Stage.StartsWith("wake", StringComparison.Ordinal) && happened.Kind != ClusterEventKind.Detail)
            {
                lock (_gate)
                {
                    if (_stage is not null && _stage != happened.Stage)
                    {
                        Enter(happened.Stage);
                    }
                }
            }
        }
    }

    public void AppendTo(StringBuilder report)
    {
        foreach (var (stage, times) in _times)
        {
            report.Append(CultureInfo.InvariantCulture, $"| {stage} | {Spread.At(times, 0.5):0} | {times.Max():0} |\n");
        }
    }

    private void Enter(string? stage)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            if (_stage is not null)
            {
                (_times.TryGetValue(_stage, out var times) ? times : _times[_stage] = []).Add(
                    Stopwatch.GetElapsedTime(_since, now).TotalMilliseconds
                );
            }

            (_stage, _since) = (stage, now);
        }
    }
}

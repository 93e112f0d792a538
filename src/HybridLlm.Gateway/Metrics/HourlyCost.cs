using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;

namespace HybridLlm.Gateway.Metrics;

/// <summary>
/// What the servers cost an hour now, USD: those at home by the options, the rented one by what its cluster has spent in the last
/// minutes. In the first minutes of a node, in which it boots, that is less than its price.
/// </summary>
internal sealed class HourlyCost(HybridCluster? cluster, HybridGatewayOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(2);

    private long? _at;
    private decimal _rented;

    /// <summary>Not for concurrent use.</summary>
    public decimal Now(GatewayRouter router, int open)
    {
        // Those without an answer to give are nobody's cost.
        var home = options.BackendHourlyUsd * Math.Min(open, router.Home.All.Count(b => b.View.Up));
        return home + (cluster is null ? 0 : Rented(cluster));
    }

    private decimal Rented(HybridCluster of)
    {
        if (_at is not { } at || clock.GetElapsedTime(at) >= s_every)
        {
            _rented = of.SpentSince(clock.GetUtcNow() - s_window) / (decimal)s_window.TotalHours;
            _at = clock.GetTimestamp();
        }

        return _rented;
    }
}

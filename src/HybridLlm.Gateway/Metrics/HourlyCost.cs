using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;

namespace HybridLlm.Gateway.Metrics;

/// <summary>What the servers cost an hour now, USD: those at home by the options, the rented one by what its cluster has spent of late.</summary>
internal sealed class HourlyCost(HybridCluster? cluster, HybridGatewayOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    private long _at = clock.GetTimestamp();
    private decimal _spent = -1;
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
        var elapsed = clock.GetElapsedTime(_at);
        if (_spent >= 0 && elapsed < s_every)
        {
            return _rented;
        }

        var spent = of.SpentSince(DateTimeOffset.MinValue);
        if (_spent >= 0)
        {
            _rented = Math.Max(0, spent - _spent) / (decimal)elapsed.TotalHours;
        }

        (_at, _spent) = (clock.GetTimestamp(), spent);
        return _rented;
    }
}

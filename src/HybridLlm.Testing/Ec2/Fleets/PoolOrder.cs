using HybridLlm.Testing.Ec2.Instances;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>A pool a fleet may draw on.</summary>
/// <param name="Named">As the fleet's answer names it.</param>
/// <param name="Launch">The launch it stands for.</param>
/// <param name="Price">USD per instance-hour now.</param>
/// <param name="Free">Instances it can take now.</param>
internal sealed record Pool(FleetPool Named, ResolvedLaunch Launch, decimal Price, int Free);

/// <summary>
/// In which order a fleet tries its pools. AWS does not publish how it weighs capacity; here a pool is better when it can
/// hold all that is still wanted, and an empty one stays where its price puts it, so that its error is heard. The order
/// in which the caller wrote the overrides never decides.
/// </summary>
internal static class PoolOrder
{
    public const string LowestPrice = "lowest-price";
    public const string Prioritized = "prioritized";

    private const string Diversified = "diversified";
    private const string CapacityOptimized = "capacity-optimized";
    private const string CapacityOptimizedPrioritized = "capacity-optimized-prioritized";
    private const string PriceCapacityOptimized = "price-capacity-optimized";

    public static IReadOnlyList<string> SpotStrategies { get; } =
    [LowestPrice, Diversified, CapacityOptimized, CapacityOptimizedPrioritized, PriceCapacityOptimized];

    /// <summary>Pools by a strategy, best first.</summary>
    public static IReadOnlyList<Pool> By(string strategy, IEnumerable<Pool> pools, int wanted)
    {
        var ordered = strategy switch
        {
            CapacityOptimized => pools.OrderByDescending(p => Math.Min(p.Free, wanted)),
            CapacityOptimizedPrioritized => pools
                .OrderByDescending(p => Math.Min(p.Free, wanted))
                .ThenBy(p => p.Named.Override.Priority ?? decimal.MaxValue),
            PriceCapacityOptimized => pools.OrderBy(p => p.Free > 0 && p.Free < wanted),
            Prioritized => pools.OrderBy(p => p.Named.Override.Priority ?? decimal.MaxValue),
            _ => pools.OrderBy(_ => 0),
        };
        return
        [
            .. ordered
                .ThenBy(p => p.Price)
                .ThenBy(p => p.Launch.Type.Name, StringComparer.Ordinal)
                .ThenBy(p => p.Launch.Zone.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Most instances a strategy puts into one pool.</summary>
    public static int Share(string strategy, int pools, int wanted) =>
        strategy == Diversified ? (int)Math.Ceiling(wanted / (double)Math.Max(1, pools)) : wanted;
}

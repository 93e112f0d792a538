using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>
/// Pools that are left alone for a while after EC2 took an instance from them: three minutes, doubling with every further one up to
/// thirty. Not safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class PoolCooldown(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    private readonly Dictionary<(string Type, string Zone), (TimeSpan Length, DateTimeOffset Until)> _cooled = [];

    /// <summary>Cools a pool from now on.</summary>
    /// <param name="instanceType">EC2's name of its type, e.g. <c>g6.xlarge</c>.</param>
    /// <param name="zoneId">Id of its zone, e.g. <c>use1-az1</c>.</param>
    /// <returns>Until when.</returns>
    public DateTimeOffset Cool(string instanceType, string zoneId)
    {
        var before = _cooled.GetValueOrDefault((instanceType, zoneId));
        var length =
            before.Length == TimeSpan.Zero ? s_first
            : before.Length * 2 < s_longest ? before.Length * 2
            : s_longest;
        var until = time.GetUtcNow() + length;
        _cooled[(instanceType, zoneId)] = (length, until);
        return until;
    }

    /// <summary>The pools that are not cooled, in their order; all of them when there would be none, since a doubtful pool is better than no GPU.</summary>
    /// <param name="pools">The pools a launch would ask.</param>
    public IReadOnlyList<NodePool> Filter(IReadOnlyList<NodePool> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        var now = time.GetUtcNow();
        List<NodePool> warm =
        [
            .. pools.Where(p =>
                !_cooled.TryGetValue((p.InstanceType, p.ZoneId), out var cooled) || cooled.Until <= now
            ),
        ];
        return warm.Count > 0 ? warm : pools;
    }
}

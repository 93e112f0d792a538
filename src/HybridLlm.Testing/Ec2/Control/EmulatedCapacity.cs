namespace HybridLlm.Testing.Ec2;

/// <summary>
/// How many instances of a pool (instance type × zone × market) can run at once. Without a word every pool is deep.
/// Thread-safe.
/// </summary>
public sealed class EmulatedCapacity
{
    private readonly CloudState _cloud;
    private readonly Dictionary<(string Type, string Zone, Market Market), int> _pools = [];
    private readonly Dictionary<Market, int> _defaults = [];

    internal EmulatedCapacity(CloudState cloud) => _cloud = cloud;

    /// <summary>Sets one pool. Lowering it below what runs interrupts nothing by itself.</summary>
    /// <param name="instanceType">E.g. <c>g6.xlarge</c>.</param>
    /// <param name="zone">Zone name, e.g. <c>us-east-2a</c>.</param>
    /// <param name="market">Spot or on-demand.</param>
    /// <param name="instances">Most that can run at once, 0 or more.</param>
    /// <exception cref="ArgumentException">Unknown instance type or zone.</exception>
    public void Set(string instanceType, string zone, Market market, int instances)
    {
        _cloud.Offers.Types.Require(instanceType);
        _cloud.Offers.Zones.Require(zone);
        ArgumentOutOfRangeException.ThrowIfNegative(instances);
        lock (_cloud.Gate)
        {
            _pools[(instanceType, zone, market)] = instances;
        }
    }

    /// <summary>Sets every pool that has no number of its own.</summary>
    /// <param name="market">Spot or on-demand.</param>
    /// <param name="instances">Most that can run at once in each, 0 or more.</param>
    public void SetDefault(Market market, int instances)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(instances);
        lock (_cloud.Gate)
        {
            _defaults[market] = instances;
        }
    }

    /// <summary>How many more instances a pool can take now.</summary>
    /// <param name="instanceType">E.g. <c>g6.xlarge</c>.</param>
    /// <param name="zone">Zone name.</param>
    /// <param name="market">Spot or on-demand.</param>
    public int Free(string instanceType, string zone, Market market)
    {
        lock (_cloud.Gate)
        {
            var most = Most(instanceType, zone, market);
            var taken = _cloud
                .Region(_cloud.Offers.Zones.Require(zone).Region)
                .All<Instances.Instance>()
                .Count(i =>
                    i.HoldsCapacity && i.Type.Name == instanceType && i.Zone.Name == zone && i.Market == market
                );
            return Math.Max(0, most - taken);
        }
    }

    /// <summary>How many instances a pool can run at once.</summary>
    internal int Most(string instanceType, string zone, Market market) =>
        _pools.TryGetValue((instanceType, zone, market), out var own) ? own
        : _defaults.TryGetValue(market, out var all) ? all
        : int.MaxValue;
}

using System.Diagnostics.CodeAnalysis;

namespace HybridLlm.Testing.Ec2;

/// <summary>What instances cost. Starts with the embedded price list. Thread-safe.</summary>
public sealed class EmulatedPrices
{
    private readonly CloudState _cloud;

    internal EmulatedPrices(CloudState cloud) => _cloud = cloud;

    /// <summary>Spot price of now, USD per instance-hour.</summary>
    /// <param name="instanceType">E.g. <c>g6.xlarge</c>.</param>
    /// <param name="zone">Zone name, e.g. <c>us-east-2a</c>.</param>
    /// <exception cref="ArgumentException">The zone does not offer the type.</exception>
    public decimal Spot(string instanceType, string zone)
    {
        lock (_cloud.Gate)
        {
            return _cloud.SpotMarket.PriceAt(instanceType, _cloud.Offers.Zones.Require(zone), _cloud.Now);
        }
    }

    /// <summary>On-demand price, USD per instance-hour.</summary>
    /// <param name="instanceType">E.g. <c>t4g.nano</c>.</param>
    /// <param name="region">Region name.</param>
    /// <exception cref="ArgumentException">The region does not offer the type.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Prices are asked of one object, whichever market.")]
    public decimal OnDemand(string instanceType, string region) => _cloud.Offers.Prices.OnDemand(instanceType, region);

    /// <summary>Changes a spot price from now on; the history keeps the old one.</summary>
    /// <param name="instanceType">E.g. <c>g6.xlarge</c>.</param>
    /// <param name="zone">Zone name.</param>
    /// <param name="usdPerHour">USD per instance-hour, more than 0.</param>
    /// <exception cref="ArgumentException">The zone does not offer the type.</exception>
    public void SetSpot(string instanceType, string zone, decimal usdPerHour)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(usdPerHour);
        lock (_cloud.Gate)
        {
            _cloud.SpotMarket.Change(instanceType, _cloud.Offers.Zones.Require(zone), usdPerHour, _cloud.Now);
        }
    }
}

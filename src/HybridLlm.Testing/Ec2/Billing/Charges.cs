using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Volumes;

namespace HybridLlm.Testing.Ec2.Billing;

/// <summary>How AWS prices instances and volumes.</summary>
internal static class Charges
{
    private static readonly TimeSpan s_freeIfInterruptedWithin = TimeSpan.FromHours(1);

    /// <summary>Starts the bill of an instance that came to run.</summary>
    public static Usage OpenInstance(Instance instance, DateTimeOffset now)
    {
        var region = instance.Region;
        var meter = region.Cloud.Meter;
        var usage =
            instance.Market == Market.OnDemand
                ? meter.Open(
                    region,
                    instance.Id,
                    BillItem.OnDemandInstance,
                    now,
                    region.Cloud.Offers.Prices.OnDemand(instance.Type.Name, region.Name)
                )
                : meter.Open(
                    region,
                    instance.Id,
                    BillItem.SpotInstance,
                    now,
                    (from, to) => Spot(region.Cloud.SpotMarket, instance, from, to)
                );
        usage.Tags = instance.Tags;
        return usage;
    }

    /// <summary>Starts the bill of a volume.</summary>
    public static Usage OpenVolume(RegionState region, Volume volume, DateTimeOffset now)
    {
        var price = Rates.Gp3(volume.SizeGiB, volume.Iops, volume.Throughput);
        var usage = region.Cloud.Meter.Open(region, volume.Id, BillItem.Volume, now, price);
        usage.Tags = volume.Tags;
        return usage;
    }

    /// <summary>A spot instance that EC2 takes back in its first hour costs nothing.</summary>
    public static bool IsFree(Instance instance, StateReason reason, DateTimeOffset now) =>
        instance.Spot is not null && reason.IsAws && now - instance.RunningSince < s_freeIfInterruptedWithin;

    /// <summary>Each instance-hour has the spot price of its first moment; the last one is charged by the second.</summary>
    private static decimal Spot(SpotMarket market, Instance instance, DateTimeOffset from, DateTimeOffset to)
    {
        var usd = 0m;
        var left = Meter.Billed(from, to);
        for (var hour = from; left > TimeSpan.Zero; hour += TimeSpan.FromHours(1), left -= TimeSpan.FromHours(1))
        {
            var share = left < TimeSpan.FromHours(1) ? left : TimeSpan.FromHours(1);
            usd += market.PriceAt(instance.Type.Name, instance.Zone, hour) * Meter.Hours(share);
        }

        return usd;
    }
}

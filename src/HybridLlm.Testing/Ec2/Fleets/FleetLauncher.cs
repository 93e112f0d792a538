using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>Fills an instant fleet, once, from the pools it may use; what fails is told pool by pool.</summary>
internal sealed class FleetLauncher
{
    private readonly RegionState _region;
    private readonly Fleet _fleet;
    private readonly IReadOnlyList<FleetPool> _named;

    private FleetLauncher(RegionState region, FleetRequest request)
    {
        _region = region;
        _fleet = new Fleet(region.NewId<Fleet>(), region.Cloud.Now, request);

        // An unknown template fails the call; whatever is wrong with a pool fails the pool.
        _named = [.. request.Overrides.Select(o => new FleetPool(o.Template.Resolve(region), o, o.Specification.Zone))];
    }

    public static Fleet Launch(RegionState region, FleetRequest request)
    {
        if (request.Overrides.Count == 0)
        {
            throw ServiceError.Missing("LaunchTemplateConfigs");
        }

        if (region.All<Fleet>().Count(f => !f.IsGone) >= region.Cloud.Quotas.Fleets)
        {
            throw new ServiceError(
                "MaxFleetCountExceeded",
                "You've reached your quota for the total number of EC2 Fleets and Spot Fleets."
            );
        }

        FleetLauncher launcher = new(region, request);
        launcher.RefuseDuplicates();
        launcher.Fill(Market.OnDemand, request.OnDemandTarget, request.OnDemandStrategy, request.OnDemandMinimum);
        launcher.Fill(Market.Spot, request.SpotTarget, request.SpotStrategy, request.SpotMinimum);
        return region.Add(launcher._fleet, request.Tags.For(Fleet.Kind.Type));
    }

    private void RefuseDuplicates()
    {
        var distinct = _named.DistinctBy(p =>
            (p.Version, p.Override.Specification.InstanceType, p.Override.Specification.SubnetId, p.Zone)
        );
        if (distinct.Count() < _named.Count)
        {
            throw new ServiceError(
                "InvalidFleetConfiguration",
                "The fleet configuration contains duplicate instance pools"
            );
        }
    }

    private void Fill(Market market, int wanted, string strategy, int? minimum)
    {
        if (wanted == 0)
        {
            return;
        }

        var pools = _named.Select(p => Look(p, market)).OfType<Pool>().ToList();
        if (minimum > pools.Select(p => p.Free).DefaultIfEmpty().Max())
        {
            pools.ForEach(p => Refuse(p.Named, market, "UnfulfillableCapacity", "Unable to fulfill capacity."));
            return;
        }

        var share = PoolOrder.Share(strategy, pools.Count, wanted);
        foreach (var pool in PoolOrder.By(strategy, pools, wanted).TakeWhile(_ => wanted > 0))
        {
            wanted -= Draw(pool, market, Math.Min(wanted, share));
        }
    }

    private Pool? Look(FleetPool named, Market market)
    {
        try
        {
            var launch = ResolvedLaunch.Resolve(
                _region,
                Specify(named),
                market == Market.Spot ? new SpotOptions(named.Override.MaxPrice) : null
            );
            var free = _region.Cloud.Capacity.Free(launch.Type.Name, launch.Zone.Name, market);
            return new Pool(named with { Zone = launch.Zone.Name }, launch, Price(launch, market), free);
        }
        catch (ServiceError error)
        {
            Refuse(named, market, error.Code, error.Message);
            return null;
        }
    }

    private LaunchSpecification Specify(FleetPool named)
    {
        var (version, wanted, _) = named;
        if (version.Data.Spot is not null)
        {
            throw ServiceError.Combination(
                "Incompatible launch template: a launch template with instance market options cannot be used by a fleet."
            );
        }

        var template = version.Data with { UserData = wanted.UserData ?? version.Data.UserData };
        var whole = wanted.Specification.Over(template);

        // The override's subnet also moves the network interface that the template describes.
        return whole with
        {
            Tags = _fleet.Request.Tags.Over(whole.Tags),
            Interfaces = [.. whole.Interfaces.Select(i => i with { SubnetId = whole.SubnetId ?? i.SubnetId })],
        };
    }

    private decimal Price(ResolvedLaunch launch, Market market) =>
        !_region.Cloud.Offers.Types.Offered(launch.Type.Name, launch.Zone) ? decimal.MaxValue
        : market == Market.Spot ? _region.Cloud.SpotMarket.PriceAt(launch.Type.Name, launch.Zone, _region.Cloud.Now)
        : _region.Cloud.Offers.Prices.OnDemand(launch.Type.Name, _region.Name);

    private int Draw(Pool pool, Market market, int wanted)
    {
        var drawn = 0;
        try
        {
            var tags = pool.Named.Version.InstanceTags();
            tags["aws:ec2:fleet-id"] = _fleet.Id;
            var launched = Launcher.Launch(_region, pool.Launch, 1, wanted, _fleet.Request.ClientToken, tags);
            _fleet.Launches.Add(new FleetLaunch(pool.Named, market, launched));
            drawn = launched.Count;
            if (drawn < wanted)
            {
                // The pool is asked for the rest as well, and says why it has no more.
                PoolGate.Admit(_region, pool.Launch, wanted - drawn);
            }
        }
        catch (ServiceError error)
        {
            // A fleet has its own word for a type that a zone does not offer.
            var code = error.Code == "Unsupported" ? "InvalidFleetConfiguration" : error.Code;
            Refuse(pool.Named, market, code, error.Message);
        }

        return drawn;
    }

    private void Refuse(FleetPool pool, Market market, string code, string message) =>
        _fleet.Errors.Add(new FleetError(pool, market, code, message));
}

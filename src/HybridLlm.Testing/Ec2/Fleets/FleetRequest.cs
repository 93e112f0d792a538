using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>One override: a pool the fleet may use.</summary>
/// <param name="Template">The launch template of its configuration.</param>
/// <param name="UserData">Base64 that replaces the template's; null keeps it.</param>
/// <param name="Specification">What it says instead of the template.</param>
/// <param name="MaxPrice">Highest spot price, USD per hour; null accepts any.</param>
/// <param name="Priority">Lower comes first; null comes last.</param>
internal sealed record FleetOverride(
    LaunchTemplateReference Template,
    string? UserData,
    LaunchSpecification Specification,
    decimal? MaxPrice,
    decimal? Priority
);

/// <summary>A CreateFleet call of type instant.</summary>
internal sealed record FleetRequest
{
    public required IReadOnlyList<FleetOverride> Overrides { get; init; }

    public required int Target { get; init; }

    public required int SpotTarget { get; init; }

    public required int OnDemandTarget { get; init; }

    /// <summary><c>spot</c> or <c>on-demand</c>: what fills the rest of the target.</summary>
    public required string DefaultMarket { get; init; }

    public required string SpotStrategy { get; init; }

    public required string OnDemandStrategy { get; init; }

    /// <summary>Fewer spot instances than this are none; null takes any number.</summary>
    public int? SpotMinimum { get; init; }

    /// <summary>As <see cref="SpotMinimum"/>, on-demand.</summary>
    public int? OnDemandMinimum { get; init; }

    public required TagSpecifications Tags { get; init; }

    public string? ClientToken { get; init; }

    public static FleetRequest Read(QueryRequest request)
    {
        request.Only("Type", "instant");
        if (request.Text("Type") is null)
        {
            throw ServiceError.Gap("CreateFleet without Type (that is maintain; only instant)");
        }

        request.Only("ExcessCapacityTerminationPolicy", "termination");
        request.Only("TerminateInstancesWithExpiration", "false");
        request.Only("ReplaceUnhealthyInstances", "false");
        var capacity = request.Structure("TargetCapacitySpecification");
        var target = capacity.Integer("TotalTargetCapacity") ?? throw ServiceError.Missing("TotalTargetCapacity");
        var market = capacity.Choice("DefaultTargetCapacityType", "spot", "on-demand") ?? "on-demand";
        var (spot, onDemand) = Split(capacity, target, market);
        var spotOptions = request.Structure("SpotOptions");
        var onDemandOptions = request.Structure("OnDemandOptions");
        spotOptions.Only("InstanceInterruptionBehavior", "terminate");
        return new FleetRequest
        {
            Overrides = [.. request.Structures("LaunchTemplateConfigs").SelectMany(ReadConfiguration)],
            Target = target,
            SpotTarget = spot,
            OnDemandTarget = onDemand,
            DefaultMarket = market,
            SpotStrategy =
                spotOptions.Choice("AllocationStrategy", [.. PoolOrder.SpotStrategies]) ?? PoolOrder.LowestPrice,
            OnDemandStrategy =
                onDemandOptions.Choice("AllocationStrategy", PoolOrder.LowestPrice, PoolOrder.Prioritized)
                ?? PoolOrder.LowestPrice,
            SpotMinimum = ReadMinimum(spotOptions),
            OnDemandMinimum = ReadMinimum(onDemandOptions),
            Tags = TagSpecifications.Read(request, Fleet.Kind.Type, "instance", "volume", "network-interface"),
            ClientToken = request.Text("ClientToken"),
        };
    }

    private static (int Spot, int OnDemand) Split(QueryRequest capacity, int target, string market)
    {
        var spot = capacity.Integer("SpotTargetCapacity");
        var onDemand = capacity.Integer("OnDemandTargetCapacity");
        if (target < 1 || (spot ?? 0) + (onDemand ?? 0) > target)
        {
            throw new ServiceError(
                "InvalidTargetCapacitySpecification",
                $"The total target capacity {target} is less than 1 or than its parts."
            );
        }

        return market == "spot" ? (target - (onDemand ?? 0), onDemand ?? 0) : (spot ?? 0, target - (spot ?? 0));
    }

    private static int? ReadMinimum(QueryRequest options)
    {
        var minimum = options.Integer("MinTargetCapacity");
        var oneType = options.Flag("SingleInstanceType") ?? false;
        var oneZone = options.Flag("SingleAvailabilityZone") ?? false;
        if (minimum is not null && !oneType && !oneZone)
        {
            throw ServiceError.Combination(
                "MinTargetCapacity requires SingleInstanceType or SingleAvailabilityZone to be true."
            );
        }

        return minimum is null && (oneType || oneZone)
            ? throw ServiceError.Gap("a fleet of a single instance type or zone without MinTargetCapacity")
            : minimum;
    }

    private static IEnumerable<FleetOverride> ReadConfiguration(QueryRequest configuration)
    {
        var specification = configuration.Structure("LaunchTemplateSpecification");
        var template = LaunchTemplateReference.Require(specification);
        var userData = specification.Text("LaunchTemplateSpecificationUserData");
        Instances.UserData.Decode(userData);
        var overrides = configuration.Structures("Overrides").Select(o => ReadOverride(o, template, userData)).ToList();
        return overrides.Count > 0
            ? overrides
            : [new FleetOverride(template, userData, new LaunchSpecification(), MaxPrice: null, Priority: null)];
    }

    private static FleetOverride ReadOverride(QueryRequest read, LaunchTemplateReference template, string? userData)
    {
        read.Only("WeightedCapacity", "1");
        return new FleetOverride(
            template,
            userData,
            LaunchSpecificationReader.Read(read),
            LaunchSpecificationReader.ReadMaxPrice(read),
            read.Number("Priority")
        );
    }
}

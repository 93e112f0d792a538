namespace HybridLlm.AwsGpu.Offerings;

/// <summary>
/// Virtual CPUs the account may still start in a region. EC2 counts G and P instances apart, and spot apart from on-demand. A figure that
/// is null is not known and limits nothing: EC2's own refusal tells.
/// </summary>
public sealed record GpuQuotas
{
    /// <summary>Nothing is known.</summary>
    public static GpuQuotas Unknown { get; } = new();

    /// <summary>Of "All G and VT Spot Instance Requests", vCPUs; 0 or more.</summary>
    public int? SpotG { get; init; }

    /// <summary>Of "All P Spot Instance Requests", vCPUs; 0 or more.</summary>
    public int? SpotP { get; init; }

    /// <summary>Of "Running On-Demand G and VT instances", vCPUs; 0 or more.</summary>
    public int? OnDemandG { get; init; }

    /// <summary>Of "Running On-Demand P instances", vCPUs; 0 or more.</summary>
    public int? OnDemandP { get; init; }

    /// <summary>What is left for an instance type; null when it is not known.</summary>
    /// <param name="instanceType">EC2's name, e.g. <c>g6.xlarge</c>.</param>
    /// <param name="market">How it is bought.</param>
    public int? Left(string instanceType, InstanceMarket market)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceType);
        return (IsP(instanceType), market) switch
        {
            (true, InstanceMarket.Spot) => SpotP,
            (true, InstanceMarket.OnDemand) => OnDemandP,
            (_, InstanceMarket.Spot) => SpotG,
            _ => OnDemandG,
        };
    }

    internal static bool SameFamily(string a, string b) => IsP(a) == IsP(b);

    private static bool IsP(string instanceType) => instanceType[0] == 'p';
}

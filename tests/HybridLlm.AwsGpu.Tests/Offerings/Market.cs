using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Tests.Offerings;

/// <summary>A small market to plan on.</summary>
internal static class Market
{
    public static readonly AvailabilityZone A = new("use1-az1", "us-east-1c");
    public static readonly AvailabilityZone B = new("use1-az2", "us-east-1a");

    public static GpuInstanceType Type(string name, int gpus = 1, int memoryMiB = 22888) =>
        new()
        {
            Name = name,
            Architecture = CpuArchitecture.X64,
            GpuManufacturer = "NVIDIA",
            GpuName = "L4",
            GpuCount = gpus,
            GpuMemoryMiB = memoryMiB,
            VCpus = 4,
            MemoryMiB = 16384,
            LocalNvmeGB = 250,
            SoldOnSpot = true,
        };

    public static OfferingFacts Of(IReadOnlyList<GpuInstanceType> types, params IReadOnlyList<SpotPool> pools) =>
        new()
        {
            Region = "us-east-1",
            ReadAt = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero),
            InstanceTypes = types,
            Pools = pools,
            OnDemandPrices = OnDemandPrices.Embedded,
        };
}

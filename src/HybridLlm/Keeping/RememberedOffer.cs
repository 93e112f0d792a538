using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.Journals;
using HybridLlm.Planning;

namespace HybridLlm.Keeping;

/// <summary>The offer a node of an earlier process was bought at, as far as the journal tells; offers compare by price and market alone.</summary>
internal static class RememberedOffer
{
    public static Offer Of(NodeMemory node) =>
        new()
        {
            InstanceType = new GpuInstanceType
            {
                Name = node.InstanceType!,
                Architecture = CpuArchitecture.X64,
                GpuManufacturer = "NVIDIA",
                GpuName = "",
                GpuCount = 1,
                GpuMemoryMiB = GpuMarket.AskedMiB,
                VCpus = 0,
                MemoryMiB = 0,
                LocalNvmeGB = 0,
                SoldOnSpot = node.Market == InstanceMarket.Spot,
            },
            Zone = new AvailabilityZone(node.ZoneId ?? node.Zone ?? "unknown", node.Zone ?? "unknown"),
            Market = node.Market,
            HourlyPrice = node.InstancePrice,
            OnDemand = new OnDemandPrice(node.InstancePrice, IsKnown: false),
            UsefulGiB = GpuMarket.AskedMiB / 1024m,
        };
}

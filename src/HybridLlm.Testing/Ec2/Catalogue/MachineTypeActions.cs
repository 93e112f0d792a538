using System.Globalization;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>DescribeInstanceTypes.</summary>
internal static class MachineTypeActions
{
    // Without MaxResults EC2 gives a hundred at a time all the same.
    private const int PageLimit = 100;

    private static readonly FilterTable<MachineType> s_filters = new()
    {
        { "instance-type", t => t.Name },
        { "processor-info.supported-architecture", t => t.Architecture },
        { "supported-usage-class", t => t.UsageClasses },
        { "bare-metal", t => Word(t.IsMetal) },
        { "burstable-performance-supported", t => Word(t.IsBurstable) },
        { "current-generation", _ => "true" },
        { "hypervisor", t => t.IsMetal ? null : "nitro" },
        { "instance-storage-supported", t => Word(t.NvmeGB is not null) },
        { "instance-storage-info.total-size-in-gb", t => t.NvmeGB?.ToString(CultureInfo.InvariantCulture) },
        { "memory-info.size-in-mib", t => t.MemoryMiB.ToString(CultureInfo.InvariantCulture) },
        { "vcpu-info.default-vcpus", t => t.VCpus.ToString(CultureInfo.InvariantCulture) },
    };

    public static object?[] Describe(Ec2Call call)
    {
        var names = call.Request.List("InstanceType");
        var keep = s_filters.Read(call.Request);
        var paging = Describing.ReadPaging(call, "InstanceType", names, PageLimit);
        return call.Perform(() =>
        {
            var offered = call.Cloud.Offers.Types.In(call.Region.Name).ToList();
            var unknown = names.Where(n => !offered.Exists(t => t.Name == n)).ToList();
            if (unknown.Count > 0)
            {
                throw new ServiceError(
                    "InvalidInstanceType",
                    $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]"
                );
            }

            var found = offered.Where(t => names.Count == 0 || names.Contains(t.Name)).Where(keep);
            return Describing.Answer("instanceTypeSet", paging.Cut(found), Render);
        });
    }

    private static object?[] Render(MachineType type) =>
        [
            Leaf("instanceType", type.Name),
            Leaf("currentGeneration", true),
            Leaf("freeTierEligible", false),
            Values("supportedUsageClasses", type.UsageClasses),
            Values("supportedRootDeviceTypes", ["ebs"]),
            Values("supportedVirtualizationTypes", ["hvm"]),
            Leaf("bareMetal", type.IsMetal),
            type.IsMetal ? null : Leaf("hypervisor", "nitro"),
            Node("processorInfo", Values("supportedArchitectures", [type.Architecture])),
            Node(
                "vCpuInfo",
                Leaf("defaultVCpus", type.VCpus),
                Leaf("defaultCores", Math.Max(1, type.VCpus / ThreadsPerCore(type))),
                Leaf("defaultThreadsPerCore", ThreadsPerCore(type))
            ),
            Node("memoryInfo", Leaf("sizeInMiB", type.MemoryMiB)),
            Leaf("instanceStorageSupported", type.NvmeGB is not null),
            type.NvmeGB is { } size
                ? Node("instanceStorageInfo", Leaf("totalSizeInGB", size), Leaf("nvmeSupport", "required"))
                : null,
            Node(
                "ebsInfo",
                Leaf("ebsOptimizedSupport", "default"),
                Leaf("encryptionSupport", "supported"),
                Leaf("nvmeSupport", "required"),
                Node(
                    "ebsOptimizedInfo",
                    Leaf("baselineThroughputInMBps", type.EbsBaselineMBps),
                    Leaf("baselineBandwidthInMbps", (int)(type.EbsBaselineMBps * 8)),
                    Leaf("baselineIops", type.EbsBaselineIops),
                    Leaf("maximumThroughputInMBps", type.EbsMaximumMBps),
                    Leaf("maximumBandwidthInMbps", (int)(type.EbsMaximumMBps * 8))
                )
            ),
            Node(
                "networkInfo",
                Leaf("networkPerformance", type.Network),
                Leaf("enaSupport", "required"),
                Leaf("ipv6Supported", true)
            ),
            RenderGpu(type),
            Leaf("hibernationSupported", false),
            Leaf("burstablePerformanceSupported", type.IsBurstable),
            Leaf("dedicatedHostsSupported", !type.IsBurstable),
            Leaf("autoRecoverySupported", type.NvmeGB is null),
        ];

    /// <summary>A fraction of a GPU reports zero GPUs, and its memory.</summary>
    private static XElement? RenderGpu(MachineType type) =>
        type.Gpu is null
            ? null
            : Node(
                "gpuInfo",
                Set(
                    "gpus",
                    [type],
                    t =>
                        [
                            Leaf("name", t.Gpu),
                            Leaf("manufacturer", t.GpuManufacturer),
                            Leaf("count", t.GpuCount),
                            Node("memoryInfo", Leaf("sizeInMiB", t.GpuMemoryMiB)),
                        ]
                ),
                Leaf("totalGpuMemoryInMiB", Math.Max(1, type.GpuCount) * type.GpuMemoryMiB)
            );

    private static int ThreadsPerCore(MachineType type) => type.Architecture == "arm64" ? 1 : 2;

    private static string Word(bool value) => value ? "true" : "false";
}

using System.Globalization;
using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>EC2's answers about GPU instance types, in our records.</summary>
internal sealed class OfferingPort(AwsClients clients)
{
    private const int MaxFilterValues = 200;

    /// <summary>EC2 has no filter for "has a GPU"; every family that has one begins with g or p.</summary>
    private static readonly string[] s_gpuFamilies = ["g*", "p*"];

    public async Task<IReadOnlyList<GpuInstanceType>> ListTypesAsync(
        string region,
        CancellationToken cancellationToken
    ) =>
        await clients
            .Caller.ListAsync(
                next => new DescribeInstanceTypesRequest
                {
                    Filters = [Ec2Tags.Filter("instance-type", s_gpuFamilies)],
                    MaxResults = 100,
                    NextToken = next,
                },
                clients.Ec2(region).DescribeInstanceTypesAsync,
                page => (page.InstanceTypes?.Select(ToType).OfType<GpuInstanceType>(), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async Task<IReadOnlyList<(string InstanceType, string ZoneId)>> ListOfferedAsync(
        string region,
        IReadOnlyList<string> instanceTypes,
        CancellationToken cancellationToken
    )
    {
        var chunks = await Task.WhenAll(
                instanceTypes
                    .Chunk(MaxFilterValues)
                    .Select(names =>
                        clients.Caller.ListAsync(
                            next => new DescribeInstanceTypeOfferingsRequest
                            {
                                LocationType = LocationType.AvailabilityZoneId,
                                Filters = [Ec2Tags.Filter("instance-type", names)],
                                MaxResults = 1000,
                                NextToken = next,
                            },
                            clients.Ec2(region).DescribeInstanceTypeOfferingsAsync,
                            page => (page.InstanceTypeOfferings?.AsEnumerable(), page.NextToken),
                            cancellationToken
                        )
                    )
            )
            .ConfigureAwait(false);
        return [.. chunks.SelectMany(c => c).Select(o => (o.InstanceType.Value, o.Location))];
    }

    /// <summary>The price in force at <paramref name="now"/>, by type and zone name.</summary>
    public async Task<IReadOnlyDictionary<(string InstanceType, string ZoneName), decimal>> ListSpotPricesAsync(
        string region,
        IReadOnlyList<string> instanceTypes,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var rows = await clients
            .Caller.ListAsync(
                next => new DescribeSpotPriceHistoryRequest
                {
                    InstanceTypes = [.. instanceTypes],
                    ProductDescriptions = ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"],
                    StartTime = now.UtcDateTime,
                    MaxResults = 1000,
                    NextToken = next,
                },
                clients.Ec2(region).DescribeSpotPriceHistoryAsync,
                page => (page.SpotPriceHistory?.AsEnumerable(), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        return rows.GroupBy(r => (r.InstanceType.Value, r.AvailabilityZone))
            .ToDictionary(
                g => g.Key,
                g => decimal.Parse(g.MaxBy(r => r.Timestamp)!.Price, CultureInfo.InvariantCulture)
            );
    }

    private static GpuInstanceType? ToType(InstanceTypeInfo info)
    {
        // No type mixes GPU models, so the first entry tells them all. A fraction of a GPU is reported with count 0
        // and the memory of the fraction.
        if (info.GpuInfo?.Gpus is not [var gpu, ..])
        {
            return null;
        }

        return new GpuInstanceType
        {
            Name = info.InstanceType.Value,
            Architecture =
                info.ProcessorInfo?.SupportedArchitectures?.Contains(ArchitectureType.Arm64.Value) == true
                    ? CpuArchitecture.Arm64
                    : CpuArchitecture.X64,
            GpuManufacturer = gpu.Manufacturer ?? "",
            GpuName = gpu.Name ?? "",
            GpuCount = Math.Max(1, gpu.Count ?? 0),
            GpuMemoryMiB = gpu.MemoryInfo?.SizeInMiB ?? 0,
            VCpus = info.VCpuInfo?.DefaultVCpus ?? 0,
            MemoryMiB = info.MemoryInfo?.SizeInMiB ?? 0,
            LocalNvmeGB = info.InstanceStorageInfo?.TotalSizeInGB ?? 0,
            EbsBaselineMBps = (decimal?)info.EbsInfo?.EbsOptimizedInfo?.BaselineThroughputInMBps,
            SoldOnSpot = info.SupportedUsageClasses?.Contains(UsageClassType.Spot.Value) == true,
        };
    }
}

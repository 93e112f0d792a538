using System.Globalization;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.Benchmarks.AwsGpu;

/// <summary>Facts to plan from: those of a record beside the checkout, and made-up ones of any size.</summary>
internal static class MarketFacts
{
    private static readonly DateTimeOffset s_readAt = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every offering of <c>prices/az-offerings.csv</c> by region; pools without a recorded price get a made-up one.</summary>
    public static IReadOnlyList<OfferingFacts> Recorded()
    {
        var folder =
            Environment.GetEnvironmentVariable("HYBRIDLLM_SHARED_DATA")
            ?? Path.Combine(Reports.Folder, "..", "..", "..", "..", "shared", "data");
        var types = Rows(folder, "instance-types.csv").Where(r => r[1] != "").Select(ToType).ToDictionary(t => t.Name);
        var prices = Rows(folder, "skypilot-aws-gpu-spot.csv")
            .ToDictionary(r => (r[0], r[9]), r => decimal.Parse(r[7], CultureInfo.InvariantCulture));
        return
        [
            .. Rows(folder, "az-offerings.csv")
                .Where(r => types.ContainsKey(r[2]))
                .GroupBy(r => r[0])
                .Select(region => new OfferingFacts
                {
                    Region = region.Key,
                    ReadAt = s_readAt,
                    InstanceTypes = [.. region.Select(r => types[r[2]]).Distinct()],
                    Pools =
                    [
                        .. region.Select(r => new SpotPool(
                            r[2],
                            new AvailabilityZone(r[1], r[1]),
                            prices.TryGetValue((r[2], r[1]), out var price) ? price : MadeUp(region.Key, r[2], r[1])
                        )),
                    ],
                    OnDemandPrices = OnDemandPrices.Embedded,
                }),
        ];
    }

    /// <summary>One region with so many types in so many zones, some of them cooled.</summary>
    public static OfferingFacts Synthetic(int types, int zones)
    {
        Random random = new(1);
        List<GpuInstanceType> made =
        [
            .. Enumerable
                .Range(0, types)
                .Select(i =>
                    Type($"g6.made{i}", "L4", 1 << random.Next(4), 8_192 << random.Next(4), 4 << random.Next(5))
                ),
        ];
        List<SpotPool> pools =
        [
            .. made.SelectMany(t =>
                Enumerable
                    .Range(0, zones)
                    .Select(z => new SpotPool(
                        t.Name,
                        new AvailabilityZone($"az{z}", $"zone{z}"),
                        decimal.Round(0.2m + ((decimal)random.NextDouble() * 3), 4)
                    ))
            ),
        ];
        return new OfferingFacts
        {
            Region = "synthetic",
            ReadAt = s_readAt,
            InstanceTypes = made,
            Pools = pools,
            OnDemandPrices = OnDemandPrices.Embedded,
            History =
            [
                .. pools
                    .Where((_, i) => i % 10 == 0)
                    .Select(p => new PoolRecord
                    {
                        InstanceType = p.InstanceType,
                        ZoneId = p.Zone.Id,
                        CooledUntil = s_readAt.AddMinutes(3),
                        PriceFactor = 1.1m,
                    }),
            ],
        };
    }

    private static decimal MadeUp(string region, string type, string zone) =>
        decimal.Round(
            OnDemandPrices.Embedded.Find(region, type).UsdPerHour * (0.3m + (zone.Sum(c => c) % 30 / 100m)),
            4
        );

    private static GpuInstanceType ToType(string[] row) =>
        Type(row[0], row[1], Number(row[3]), Number(row[4]), Number(row[5])) with
        {
            GpuManufacturer = row[2],
            Architecture = row[13].Contains("arm64", StringComparison.Ordinal)
                ? CpuArchitecture.Arm64
                : CpuArchitecture.X64,
            SoldOnSpot = row[12].Contains("spot", StringComparison.Ordinal),
        };

    private static GpuInstanceType Type(string name, string gpu, int gpus, int memoryMiB, int vCpus) =>
        new()
        {
            Name = name,
            Architecture = CpuArchitecture.X64,
            GpuManufacturer = "NVIDIA",
            GpuName = gpu,
            GpuCount = Math.Max(1, gpus),
            GpuMemoryMiB = memoryMiB,
            VCpus = vCpus,
            MemoryMiB = vCpus * 4096L,
            LocalNvmeGB = 250,
            SoldOnSpot = true,
        };

    private static int Number(string text) => text == "" ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(string folder, string file) =>
        File.ReadLines(Path.Combine(folder, "prices", file)).Skip(1).Select(line => line.Split(','));
}

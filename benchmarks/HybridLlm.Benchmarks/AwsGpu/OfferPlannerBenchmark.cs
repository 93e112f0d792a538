using BenchmarkDotNet.Attributes;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.Benchmarks.AwsGpu;

/// <summary>Choosing GPUs: every zone of every region as recorded, and forty times as many pools in one region.</summary>
[MemoryDiagnoser]
public class OfferPlannerBenchmark
{
    private static readonly OfferRequest s_request = new()
    {
        GpuMemoryMiB = 20_000,
        UsefulGpuMemoryMiB = 40_000,
        MayBuyOnDemand = true,
        AnswerFor = ["g4dn.xlarge", "g5.xlarge", "g6.xlarge", "p3.2xlarge"],
    };

    private IReadOnlyList<OfferingFacts> _regions = [];
    private OfferingFacts _synthetic = null!;

    [GlobalSetup]
    public void Read()
    {
        _regions = MarketFacts.Recorded();
        _synthetic = MarketFacts.Synthetic(types: 500, zones: 200);
    }

    /// <summary>All regions and zones of the record: 2,500 pools.</summary>
    [Benchmark(Baseline = true)]
    public int EveryRegion() => RegionPlanner.Plan(s_request, _regions).Sum(o => o.Plan.Offers.Count);

    /// <summary>100,000 pools in one region.</summary>
    [Benchmark]
    public int Synthetic100000() => OfferPlanner.Plan(s_request, _synthetic).Offers.Count;
}

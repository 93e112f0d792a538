using HybridLlm.AwsGpu.Offerings;
using static HybridLlm.AwsGpu.Tests.Offerings.Market;

namespace HybridLlm.AwsGpu.Tests.Offerings;

public sealed class RegionPlannerTests
{
    private static readonly OfferRequest s_request = new() { GpuMemoryMiB = 16_000 };

    private static readonly OfferingFacts[] s_regions =
    [
        Region("us-east-1", 0.40m),
        Region("eu-central-1", 0.43m),
        Region("eu-west-1", 0.50m),
        Region("sa-east-1", null),
    ];

    [Fact]
    public void Regions_rank_by_price_and_one_without_capacity_comes_last_with_the_reason()
    {
        var options = RegionPlanner.Plan(s_request, s_regions);

        options.Select(o => o.Region).ShouldBe(["us-east-1", "eu-central-1", "eu-west-1", "sa-east-1"]);
        options[3].Reason.ShouldBe("no spot pool fits there");
        options[3].Plan.Rejected.ShouldNotBeEmpty();
    }

    [Fact]
    public void Nearness_is_worth_what_the_caller_says()
    {
        RegionPreference preference = new() { Latencies = Ms(("us-east-1", 110), ("eu-central-1", 15)) };

        RegionPlanner.Plan(s_request, s_regions, preference)[0].Region.ShouldBe("us-east-1");
        RegionPlanner
            .Plan(s_request, s_regions, preference with { PriceShareOf100Ms = 0.1m })[0]
            .Region.ShouldBe("eu-central-1");
    }

    [Fact]
    public void A_region_too_far_or_of_unknown_distance_is_turned_down_with_the_reason()
    {
        RegionPreference preference = new()
        {
            Latencies = Ms(("us-east-1", 110), ("eu-central-1", 15)),
            MaxLatency = TimeSpan.FromMilliseconds(50),
        };
        var options = RegionPlanner.Plan(s_request, s_regions, preference).ToDictionary(o => o.Region, o => o.Reason);

        options["eu-central-1"].ShouldBeNull();
        options["us-east-1"].ShouldBe("is 110 ms away, at most 50 ms are wanted");
        options["eu-west-1"].ShouldBe("its latency is not known, at most 50 ms are wanted");
    }

    [Fact]
    public void All_faults_of_a_preference_are_reported_at_once() =>
        Should
            .Throw<InvalidSpecException>(() =>
                RegionPlanner.Plan(
                    s_request,
                    s_regions,
                    new RegionPreference
                    {
                        PriceShareOf100Ms = -1,
                        MaxLatency = TimeSpan.Zero,
                        Latencies = Ms(("us-east-1", -1)),
                    }
                )
            )
            .Faults.Count.ShouldBe(3);

    private static OfferingFacts Region(string name, decimal? price) =>
        Of([Type("g6.xlarge")], new SpotPool("g6.xlarge", A, price)) with
        {
            Region = name,
        };

    private static Dictionary<string, TimeSpan> Ms(params (string Region, int Ms)[] latencies) =>
        latencies.ToDictionary(l => l.Region, l => TimeSpan.FromMilliseconds(l.Ms));
}

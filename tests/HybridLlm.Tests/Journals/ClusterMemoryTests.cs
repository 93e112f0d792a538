using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Journals;

namespace HybridLlm.Tests.Journals;

/// <summary>What a journal teaches of pools, attempts and names.</summary>
public sealed class ClusterMemoryTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_that_is_taken_counts_once_against_its_pool_however_it_ends()
    {
        var taken = Memory(Launched("gpu-1"), new NodeInterrupted { At = s_now.AddHours(1), WakeId = "gpu-1" });
        var ended = taken.With(Ended("gpu-1", s_now.AddHours(2)));

        taken.Pools.CooledUntil("g6.xlarge", "use1-az1", s_now.AddHours(1)).ShouldBe(s_now.AddHours(1).AddMinutes(3));
        var record = ended.Pools.Records(s_now.AddHours(2)).ShouldHaveSingleItem();
        record.PriceFactor.ShouldBe(taken.Pools.Records(s_now.AddHours(2)).Single().PriceFactor);
        record.PriceFactor.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_node_that_is_given_back_speaks_for_its_pool()
    {
        var memory = Memory(Launched("gpu-1"), Ended("gpu-1", s_now.AddHours(48)));

        var record = memory.Pools.Records(s_now.AddHours(48)).ShouldHaveSingleItem();
        (record.PriceFactor, record.CooledUntil).ShouldBe((1m, null));
        var taken = memory
            .With(Launched("gpu-2"))
            .With(new NodeInterrupted { At = s_now.AddHours(1), WakeId = "gpu-2" });
        taken
            .Pools.Records(s_now.AddHours(48))
            .Single()
            .PriceFactor.ShouldBeLessThan(
                Memory(Launched("gpu-1"), new NodeInterrupted { At = s_now.AddHours(1), WakeId = "gpu-1" })
                    .Pools.Records(s_now.AddHours(48))
                    .Single()
                    .PriceFactor,
                "49 hours bear an interruption better than one"
            );
    }

    [Fact]
    public void A_node_bought_on_demand_says_nothing_of_spot() =>
        Memory(Launched("gpu-1") with { Market = InstanceMarket.OnDemand }, Ended("gpu-1", s_now.AddHours(1)))
            .Pools.Records(s_now.AddHours(1))
            .ShouldBeEmpty();

    [Fact]
    public void A_refused_launch_frees_what_was_reserved_until_the_next_attempt_reserves_again()
    {
        var refused = Memory(new LaunchRefused { At = s_now.AddMinutes(1), WakeId = "gpu-1" }).Node("gpu-1")!;
        (refused.IsRefused, refused.LeaseUntil).ShouldBe((true, s_now.AddMinutes(1)));

        var again = Memory(
                new LaunchRefused { At = s_now.AddMinutes(1), WakeId = "gpu-1" },
                new LaunchAttempted
                {
                    At = s_now.AddMinutes(2),
                    WakeId = "gpu-1",
                    Attempt = 2,
                    Market = InstanceMarket.OnDemand,
                    HourlyReserve = 0.9m,
                    LeaseUntil = s_now.AddMinutes(12),
                    CertificateUntil = s_now.AddHours(12),
                }
            )
            .Node("gpu-1")!;
        (again.IsRefused, again.LeaseUntil, again.HourlyReserve, again.Market, again.IntendedAt).ShouldBe(
            (false, s_now.AddMinutes(12), 0.9m, InstanceMarket.OnDemand, s_now.AddMinutes(2))
        );
    }

    [Fact]
    public void Names_go_on_after_the_highest_that_was_ever_seen()
    {
        var memory = Memory(
            new WakesSeen
            {
                At = s_now,
                Role = NodeRoles.Gpu,
                Number = 41,
            }
        );

        memory.NextWakeId(NodeRoles.Gpu).ShouldBe("gpu-42");
        memory.With(Intended("gpu-42")).NextWakeId(NodeRoles.Gpu).ShouldBe("gpu-43");
        memory.NextWakeId(NodeRoles.Lighthouse).ShouldBe("lighthouse-1");
    }

    private static ClusterMemory Memory(params JournalEntry[] entries) =>
        ClusterMemory.Of([Intended("gpu-1"), Intended("gpu-2"), .. entries]);

    private static NodeEnded Ended(string wakeId, DateTimeOffset at) =>
        new()
        {
            At = at,
            WakeId = wakeId,
            Reason = "idle",
        };

    private static NodeLaunched Launched(string wakeId) =>
        new()
        {
            At = s_now,
            WakeId = wakeId,
            InstanceId = $"i-{wakeId}",
            InstanceType = "g6.xlarge",
            Zone = "us-east-1a",
            ZoneId = "use1-az1",
            LaunchedAt = s_now,
            HourlyCost = 0.4m,
        };

    private static NodeIntended Intended(string wakeId) =>
        new()
        {
            At = s_now,
            WakeId = wakeId,
            Role = NodeRoles.Gpu,
            PlanId = "p",
            MeshAddress = "10.201.3.1",
            CertificateUntil = s_now.AddHours(12),
            HourlyReserve = 0.5m,
            LeaseUntil = s_now.AddMinutes(10),
        };
}

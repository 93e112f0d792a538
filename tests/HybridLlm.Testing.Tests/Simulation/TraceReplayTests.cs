using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Testing.Tests.Simulation;

/// <summary>The 45-day replay of a recorded market: known figures reproduced, then beaten, without looking ahead.</summary>
public sealed class TraceReplayTests
{
    private const string Traces = "spot-traces/availability/1-node/aws-02-15-2023";
    private const string AllZones = "";

    [Theory]
    [InlineData("us-east-1a", "spot", 195, 15.41, 0.055, 5.56)]
    [InlineData("us-east-1f", "spot", 195, 57.70, 0.195, 6.26)]
    [InlineData("us-west-2b", "spot", 195, 90.02, 0.299, 2.07)]
    [InlineData("us-east-1", "spot", 195, 68.74, 0.235, 11.39)]
    [InlineData("us-west-2", "spot", 195, 95.41, 0.317, 2.84)]
    [InlineData(AllZones, "spot", 195, 98.52, 0.327, 3.01)]
    [InlineData("us-west-2", "spot+fallback", 195, 99.37, 0.363, 2.84)]
    [InlineData(AllZones, "spot+fallback", 195, 99.37, 0.342, 3.01)]
    [InlineData("us-west-2", "spot+fallback+spare", 195, 99.47, 0.679, 6.04)]
    [InlineData(AllZones, "spot+fallback+spare", 195, 99.78, 0.665, 6.04)]
    [InlineData("us-west-2", "spot+fallback", 390, 98.73, 0.369, 2.84)]
    [InlineData("us-west-2", "spot+fallback", 780, 97.98, 0.381, 2.84)]
    public void Known_figures_of_naive_policies_are_reproduced(
        string zones,
        string policy,
        int coldStart,
        double ready,
        double cost,
        double reclaims
    )
    {
        var result = Replay(zones, policy, coldStart);

        result.ReadyPercent.ShouldBe(ready, 0.02);
        result.CostRatio.ShouldBe(cost, 0.001);
        result.ReclaimsPerDay.ShouldBe(reclaims, 0.01);
    }

    [Theory]
    [InlineData("us-west-2", 195, 0, 99.7, 0.37)]
    [InlineData("us-west-2", 195, 0.1, 99.7, 0.37)]
    [InlineData("us-west-2", 195, 0.25, 99.6, 0.37)]
    [InlineData("us-west-2", 390, 0, 99.1, 0.375)]
    [InlineData(AllZones, 195, 0, 99.75, 0.345)]
    public void Replacement_at_the_notice_beats_them(
        string zones,
        int coldStart,
        double unannounced,
        double ready,
        double cost
    )
    {
        var result = Replay(zones, TraceReplay.HybridLlm, coldStart, unannounced);

        result.ReadyPercent.ShouldBeGreaterThanOrEqualTo(ready);
        result.CostRatio.ShouldBeLessThanOrEqualTo(cost);
        result.MostAtOnce.ShouldBeLessThanOrEqualTo(2);
    }

    /// <summary>A policy that looked ahead would do something else once the future is another.</summary>
    [Theory]
    [InlineData("spot+fallback+spare")]
    [InlineData(TraceReplay.HybridLlm)]
    public void What_is_to_come_changes_nothing_of_what_was_done(string policy)
    {
        var whole = SpotTraceFolder.Read(SharedData.Require(Traces), ["us-west-2"]);
        var cut = whole[0].Instances.Count / 2;
        var other = whole
            .Select(t => t with { Instances = [.. t.Instances.Take(cut), .. t.Instances.Skip(cut).Select(n => 1 - n)] })
            .ToList();
        var until = whole[0].Tick * cut - new ReplayOptions().Warning;

        var (one, two) = (Log(whole), Log(other));

        one.Count(e => e.At < until).ShouldBeGreaterThan(50);
        one.TakeWhile(e => e.At < until).ShouldBe(two.TakeWhile(e => e.At < until));
        one.ShouldNotBe(two);

        List<(TimeSpan At, string What)> Log(IReadOnlyList<SpotTrace> traces)
        {
            List<(TimeSpan, string)> log = [];
            TraceReplay.Run(traces, policy, new ReplayOptions(), (at, what) => log.Add((at, what)));
            return log;
        }
    }

    [Fact]
    public void Any_tick_any_length_and_holes_are_replayed()
    {
        List<SpotTrace> traces =
        [
            Trace("xx-north-1a", 600, 1, 1, null, 0, 1, 1),
            Trace("xx-north-1b", 100, [.. Enumerable.Repeat<int?>(16, 50)]),
        ];

        foreach (var policy in TraceReplay.Policies)
        {
            var result = TraceReplay.Run(traces, policy, new ReplayOptions { ColdStart = TimeSpan.FromSeconds(77) });
            result.ReadyPercent.ShouldBeInRange(90, 100, policy);
        }
    }

    [Fact]
    public void One_reclaim_with_notice_costs_the_cold_start_less_the_notice()
    {
        // Two zones that take turns: one reclaim, at second 1000, and the first cold start.
        List<SpotTrace> traces = [Trace("a-1a", 1000, 1, 0), Trace("a-1b", 1000, 1, 1)];

        var result = TraceReplay.Run(traces, TraceReplay.HybridLlm);

        result.ReclaimsPerDay.ShouldBe(86_400 / 2000.0, 1e-9);
        result.ReadyPercent.ShouldBe(100 * (2000 - 195 - 75) / 2000.0, 1e-9);
        result.CostRatio.ShouldBe(0.33 * (1000 + 1120) / 2000, 1e-9);
        result.LongestGapSeconds.ShouldBe(195);
    }

    [Fact]
    public void Every_fault_of_a_folder_is_told_at_once()
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder["a-1a_x.json"], """{"metadata":{"gap_seconds":0},"data":[1,-1]}""");
        File.WriteAllText(folder["a-1b_x.json"], "{");
        File.WriteAllText(folder["a-1c_x.json"], """{"metadata":{},"data":[]}""");
        File.WriteAllText(folder["a-1c_y.json"], """{"metadata":{"gap_seconds":60},"data":[1]}""");

        var faults = Should.Throw<SpotTraceException>(() => SpotTraceFolder.Read(folder.Path, ["a-1", "b-1z"])).Faults;

        faults.ShouldContain(f => f.Contains("gap_seconds 0"));
        faults.ShouldContain(f => f.Contains("-1 at tick 1"));
        faults.ShouldContain(f => f.Contains("a-1b_x.json cannot be read"));
        faults.ShouldContain(f => f.Contains("no number metadata.gap_seconds"));
        faults.ShouldContain(f => f.Contains("no array data"));
        faults.ShouldContain(f => f.Contains("a-1c has 2 traces"));
        faults.ShouldContain(f => f.Contains("'b-1z' has no trace"));
    }

    [Fact]
    public void Nonsense_is_refused_with_every_fault()
    {
        var refused = Should.Throw<ArgumentException>(() =>
            TraceReplay.Run([], "luck", new ReplayOptions { Unannounced = 2, SpotPrice = 0 })
        );

        refused.Message.ShouldContain("no trace");
        refused.Message.ShouldContain("'luck'");
        refused.Message.ShouldContain("unannounced");
        refused.Message.ShouldContain("spot price");
    }

    private static SpotTrace Trace(string zone, int seconds, params int?[] instances) =>
        new()
        {
            Zone = zone,
            Tick = TimeSpan.FromSeconds(seconds),
            Instances = instances,
        };

    private static ReplayResult Replay(string zones, string policy, int coldStart, double unannounced = 0) =>
        TraceReplay.Run(
            SpotTraceFolder.Read(SharedData.Require(Traces), zones == AllZones ? null : [zones]),
            policy,
            new ReplayOptions { ColdStart = TimeSpan.FromSeconds(coldStart), Unannounced = unannounced }
        );
}

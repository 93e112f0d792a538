using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Testing.Tests.Simulation;

/// <summary>The replay's figures are not the replay's own: the same policy, driven over the wire against an emulated account, comes to the same.</summary>
public sealed class WireReplayTests
{
    private const string Traces = "spot-traces/availability/1-node/aws-02-15-2023";
    private const string Region = "us-west-2";
    private static readonly TimeSpan s_coldStart = TimeSpan.FromSeconds(195);

    private static readonly Dictionary<string, string> s_zoneIds = new()
    {
        ["us-west-2a"] = "usw2-az2",
        ["us-west-2b"] = "usw2-az1",
        ["us-west-2c"] = "usw2-az3",
    };

    /// <summary>By default a third of a day, and four days in the long run.</summary>
    private static readonly int s_ticks = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 1_772 : 148;

    [Fact]
    public async Task A_replay_over_the_wire_agrees_with_the_one_in_process()
    {
        var window = Busiest(SpotTraceFolder.Read(SharedData.Require(Traces), [Region]));
        // Equal offers rank by the id of their zone, so the replay in process must know the zones by their ids too.
        var expected = TraceReplay.Run(
            [.. window.Select(t => t with { Zone = s_zoneIds[t.Zone] })],
            TraceReplay.HybridLlm,
            new ReplayOptions { ColdStart = s_coldStart, SpotPrice = WireReplay.SpotShare }
        );
        expected.ReclaimsPerDay.ShouldBeGreaterThan(3, "a window in which nothing happens shows nothing");

        var replay = await WireReplay.RunAsync(
            window,
            Region,
            s_coldStart,
            Path.GetDirectoryName(SharedData.Require("prices"))!,
            TestContext.Current.CancellationToken
        );

        var ready = 100 * (replay.Ready / window[0].Length);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"in process {expected.ReadyPercent:0.000} % at {expected.CostRatio:0.0000}, {expected.Launches} launches; over the wire {ready:0.000} % at {replay.CostRatio:0.0000}, {replay.Launches} launches"
        );
        // What is rented within the two minutes before a reclaim goes without notice over the wire, and with a short one in process.
        ready.ShouldBe(expected.ReadyPercent, 0.5);
        replay.CostRatio.ShouldBe(expected.CostRatio, 0.02);
        ((double)replay.Launches).ShouldBe(expected.Launches, Math.Max(1, expected.Launches * 0.1));
        replay.MostAtOnce.ShouldBeLessThanOrEqualTo(2);
    }

    /// <summary>The part of the traces in which pools come and go most.</summary>
    private static IReadOnlyList<SpotTrace> Busiest(IReadOnlyList<SpotTrace> traces)
    {
        var length = traces.Min(t => t.Instances.Count);
        var from = Enumerable
            .Range(0, (length - s_ticks) / 20)
            .Select(i => i * 20)
            .MaxBy(start => traces.Sum(t => Changes(t, start)));
        return [.. traces.Select(t => t with { Instances = [.. t.Instances.Skip(from).Take(s_ticks)] })];
    }

    private static int Changes(SpotTrace trace, int from) =>
        trace.Instances.Skip(from).Take(s_ticks).Zip(trace.Instances.Skip(from + 1)).Count(p => p.First != p.Second);
}

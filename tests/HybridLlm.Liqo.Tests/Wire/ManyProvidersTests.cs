using System.Diagnostics;
using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Many providers at once on one consumer: none costs more because of the others, and none is disturbed by them.</summary>
public sealed class ManyProvidersTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Calls_for_each_of_many_peerings_at_once_are_those_of_one()
    {
        // Each provider is a whole cluster with its own API server: a hundred of them take minutes.
        var (less, more) = IsLong ? (10, 100) : (2, 8);
        var (few, many) = (await MeasureAsync(less), await MeasureAsync(more));

        output.WriteLine($"{less} providers: {few}; {more} providers: {many}");
        many.CallsEach.ShouldBeLessThan(few.CallsEach * 1.3);
        if (IsLong)
        {
            // On a machine that does nothing else; the emulated clusters run in this process as well.
            many.MillisecondsEach.ShouldBeLessThan(few.MillisecondsEach * 4);
        }
    }

    internal static bool IsLong => Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1";

    private static async Task<Cost> MeasureAsync(int count)
    {
        await using var crowd = await Crowd.StartAsync(count, configure: null, speed: 100);
        var listing = crowd.Home.Listing();
        var before = crowd.Calls();
        var started = Stopwatch.GetTimestamp();
        (await crowd.PeerAsync(NetworkFabric.External)).ShouldAllBe(s => s.Phase == PeeringPhase.Ready);
        await crowd.UnpeerAsync();
        var took = Stopwatch.GetElapsedTime(started);

        crowd.Home.Listing().ShouldBe(listing, ignoreOrder: true);
        return new Cost((double)crowd.CallsAfter(before).Count / count, took.TotalMilliseconds / count);
    }

    /// <summary>What one of them took.</summary>
    private sealed record Cost(double CallsEach, double MillisecondsEach)
    {
        public override string ToString() => $"{CallsEach:0.0} calls and {MillisecondsEach:0} ms each";
    }
}

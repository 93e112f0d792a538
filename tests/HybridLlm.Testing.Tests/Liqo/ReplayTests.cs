namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>
/// Recorded scenarios, their client calls made again on the emulator: after each, both clusters hold what the real ones held.
/// Scenarios go on from one another as they were recorded; those that were not published are bridged by what they did.
/// </summary>
public sealed class ReplayTests
{
    // What is seen in the middle of a drain goes by the clock, so the rest needs a machine that is not busy.
    private static readonly bool s_hasTime = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1";

    private static readonly TimeSpan s_untilNoticed = TimeSpan.FromSeconds(30);

    // Of virtual time, until a node whose provider does not answer is given up.
    private static readonly TimeSpan s_untilLost = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Peerings_come_and_go_and_a_provider_dies_and_is_replaced()
    {
        await using var world = await ReplayWorld.StartAsync("aws-gpu-1");
        ReplayComparison replay = new(world);
        await replay.RunAsync("01-peer");
        await replay.RunAsync("02-peer-again");
        await replay.RunAsync("03-offload");
        await replay.RunAsync("04-gpu-pod");
        await replay.RunAsync("05-info");
        await replay.RunAsync("06-unoffload");
        await world.RemoveWorkloadAsync();
        await replay.RunAsync("07-unpeer");
        await replay.RunAsync("09-peer-after-unpeer", onTheWay: ["Node /aws-gpu-1", "ForeignCluster /aws-gpu-1"]);
        await replay.RunAsync("10-offload-and-pod");
        replay.ShouldBeAsRecorded();
        if (!s_hasTime)
        {
            return;
        }

        await replay.RunAsync("11-unpeer-with-pods");
        await replay.RunAsync("12-peer-with-existing-offloading");
        await replay.RunAsync("13-provider-dies", before: () => world.KillAsync("aws-gpu-1"));
        await replay.RunAsync("14-unpeer-dead-provider");
        await replay.RunAsync("15-force-unpeer");

        // 16: a new provider of the same id is peered.
        await world.RentAsync("aws-gpu-1");
        await replay.BridgeAsync("01-peer");
        await replay.RunAsync("17-offload-second-life");
        await replay.RunAsync(
            "18-die-and-force-at-once",
            before: async () =>
            {
                // In the recording the ping happened to fail before the drain began.
                await world.KillAsync("aws-gpu-1");
                await world.PassAsync(s_untilNoticed);
            }
        );
        replay.ShouldBeAsRecorded();

        await world.RentAsync("aws-gpu-2");
        await replay.RunAsync("19-peer-fresh-id");
        await replay.RunAsync("20-drain-stuck-then-force", before: () => world.KillAsync("aws-gpu-2"));
        await replay.RunAsync("21-unstick-by-grace0");
        replay.ShouldBeAsRecorded();

        // 22: a new provider of the same id is peered; then it is replaced by another.
        await world.RentAsync("aws-gpu-2");
        await replay.BridgeAsync("19-peer-fresh-id");
        await world.RentAsync("aws-gpu-2");
        await world.PassAsync(s_untilLost);
        await replay.RunAsync("23-replaced-provider-same-id-no-cleanup");
        await replay.RunAsync("24-unpeer-replaced-provider");
        await replay.RunAsync("25-force-unpeer-replaced-provider");
        await replay.RunAsync("26-delete-leftover-foreignclusters");
        await replay.RunAsync("27-peer-first-time-again");
        replay.ShouldBeAsRecorded();

        // 28: it is replaced, and an unpeering hangs at the slice.
        await world.RentAsync("aws-gpu-2");
        await world.DeleteSliceAsync("aws-gpu-2");
        await replay.RunAsync("29-force-unpeer-replaced-provider");
        replay.ShouldBeAsRecorded();
    }

    [Fact]
    public async Task A_peering_user_and_error_paths()
    {
        await using var world = await ReplayWorld.StartAsync("aws-gpu-1");
        ReplayComparison replay = new(world);
        await replay.RunAsync("30-generate-peering-user");
        await replay.RunAsync("31-peer-with-peering-user");
        if (!await RealKubernetes.IsBeforeAsync(1, 25))
        {
            // Older servers know no rules in schemas, and so refuse less.
            await replay.RunAsync("32-error-paths");
        }

        if (s_hasTime)
        {
            await replay.RunAsync("34-cordon-drain-activate");
        }

        replay.ShouldBeAsRecorded();
    }
}

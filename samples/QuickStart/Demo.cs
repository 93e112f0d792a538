using HybridLlm.Specs;
using HybridLlm.Teardown;
using HybridLlm.Testing;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.QuickStart;

/// <summary>Runs the acts in order and judges the result.</summary>
internal static class Demo
{
    public const string Model = "llama3.1:8b";
    public const string Question = "Why does a rented GPU have to prove who it is?";

    /// <summary>At temperature 0 a model gives a prompt one and the same text, so two runs can be compared.</summary>
    public static ChatOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Exit code after Ctrl-C, by custom 128 + SIGINT.</summary>
    private const int Interrupted = 130;

    public static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        using VirtualClock clock = new(DateTimeOffset.UtcNow, Pace.Real);
        Timeline timeline = new(clock);
        Narrator narrator = new(json, timeline);
        var state = Directory.CreateTempSubdirectory("hybridllm-quickstart-");
        try
        {
            EmulatedWorldOptions options = new() { Clock = clock, Nodes = { ConfigureOllama = Pace.Ollama } };
            await using var world = await EmulatedWorld.StartAsync(options, CancellationToken.None);
            await using var cluster = new HybridClusterBuilder("quickstart")
                .WithModel(Model)
                .WithSpotGpus("us-east-1", gpu => gpu with { AskedAbout = ["g4dn.xlarge", "g5.xlarge", "p3.2xlarge"] })
                .WithBudget(perDay: 3.00m)
                .WithHomelab(home => home with { LanRange = "192.168.1.0/24" })
                .WithLife(life => life with { IdleTimeout = TimeSpan.FromMinutes(3) })
                .UseStateFolder(state.FullName)
                .UseEmulatedWorld(world, Model)
                .Build();
            return await ActAsync(cluster, world, narrator, timeline, cancellationToken);
        }
        catch (HybridClusterFaultsException faults)
        {
            narrator.Fail(faults.Message);
            return 1;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static async Task<int> ActAsync(
        HybridCluster cluster,
        EmulatedWorld world,
        Narrator narrator,
        Timeline timeline,
        CancellationToken cancellationToken
    )
    {
        Report report = new();
        try
        {
            narrator.Act("1 · Plan", "what will be made, and what it costs");
            using (timeline.Act("plan"))
            {
                await narrator.WhileAsync(
                    cluster,
                    async () => report.Plan = await cluster.PlanAsync(cancellationToken)
                );
            }

            narrator.Plan(report.Plan!);

            narrator.Act("2 · Up", "the foundation: mesh authority, network, bucket, lighthouse");
            world.Clock.Speed = Pace.Fast;
            using (timeline.Act("up"))
            {
                await narrator.WhileAsync(cluster, () => cluster.UpAsync(cancellationToken: cancellationToken));
            }

            narrator.Act("3 · Ask", $"\"{Question}\" reaches the gateway while everything sleeps");
            using (timeline.Act("ask"))
            {
                report.Answer = await AskAct.RunAsync(cluster, world, narrator, cancellationToken);
                report.UndisturbedAnswer = await AskAct.UndisturbedAsync(cancellationToken);
            }

            narrator.Act("4 · Sleep, down, receipt", "nobody asks any more");
            using (timeline.Act("sleep"))
            {
                await narrator.WhileAsync(cluster, () => SleepAct.WaitAsync(cluster, narrator, cancellationToken));
            }

            await DownAsync(cluster, narrator, timeline, report, cancellationToken);
            narrator.Timeline(report, world.Cloud.Bill().TotalUsd);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            narrator.Say("Interrupted: taking everything down before leaving.");
            world.Clock.Speed = Pace.Fast;
            await DownAsync(cluster, narrator, timeline, report, CancellationToken.None);
            narrator.Say("Everything is taken down.");
            return report.Receipt!.Left == 0 ? Interrupted : 1;
        }

        var good = report.IsGood;
        narrator.End(report, good);
        return good ? 0 : 1;
    }

    private static async Task DownAsync(
        HybridCluster cluster,
        Narrator narrator,
        Timeline timeline,
        Report report,
        CancellationToken cancellationToken
    )
    {
        using (timeline.Act("down"))
        {
            TeardownReceipt? receipt = null;
            await narrator.WhileAsync(
                cluster,
                async () => receipt = await cluster.DownAsync(cancellationToken: cancellationToken)
            );
            report.Receipt = receipt;
        }

        report.Timeline = timeline.Entries;
        narrator.Receipt(report.Receipt!);
    }
}

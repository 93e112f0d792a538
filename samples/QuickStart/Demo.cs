using HybridLlm.AwsGpu;
using HybridLlm.Liqo;
using HybridLlm.Ollama;
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

    private static readonly TimeSpan s_behind = TimeSpan.FromHours(3);

    // Virtual minutes are short on a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_slowly = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(bool direct, bool json, CancellationToken cancellationToken)
    {
        // Behind the machine's clock, by which TLS goes: what is certified in this world must hold in the real one too.
        using VirtualClock clock = new(DateTimeOffset.UtcNow - s_behind, Pace.Real);
        Timeline timeline = new(clock);
        Narrator narrator = new(json, timeline);
        var state = Directory.CreateTempSubdirectory("hybridllm-quickstart-");
        try
        {
            Pace pace = new();
            EmulatedWorldOptions options = new()
            {
                Clock = clock,
                HasHomelab = !direct,
                Nodes = { ConfigureOllama = pace.Ollama },
            };
            await using var world = await EmulatedWorld.StartAsync(options, CancellationToken.None);
            var builder = new HybridClusterBuilder("quickstart")
                .WithModel(Model)
                .WithSpotGpus("us-east-1", gpu => gpu with { AskedAbout = ["g4dn.xlarge", "g5.xlarge", "p3.2xlarge"] })
                .WithBudget(perDay: 3.00m)
                .WithHomelab(home => home with { LanRange = "192.168.1.0/24" })
                .WithLife(life =>
                    life with
                    {
                        IdleTimeout = TimeSpan.FromMinutes(3),
                        BootDeadline = s_patience,
                        Lease = s_patience,
                    }
                )
                .UseStateFolder(state.FullName)
                .UseEmulatedWorld(world, Model);
            await using var cluster = (direct ? builder : builder.WithFederation(world.HomelabKubeconfig)).Build();
            return await ActAsync(cluster, world, pace, narrator, timeline, cancellationToken);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static async Task<int> ActAsync(
        HybridCluster cluster,
        EmulatedWorld world,
        Pace pace,
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

            await using var gateway = await GatewayHost.StartAsync(cluster, cancellationToken);
            narrator.Act("3 · Ask", $"\"{Question}\" reaches the gateway while everything sleeps");
            using (timeline.Act("ask"))
            {
                report.Answer = await AskAct.RunAsync(cluster, gateway, world, narrator, cancellationToken);
                report.UndisturbedAnswer = await Undisturbed.AnswerAsync(Question, Greedy, cancellationToken);
            }

            narrator.Act(
                "4 · Reclaim",
                $"AWS takes the GPU under an answer, twice. The model speaks slowly, a token every {s_slowly.TotalSeconds:0} s, so that a boot fits in"
            );
            using (timeline.Act("reclaim"))
            {
                pace.SpeakEvery(s_slowly);
                report.Reclaim = await new ReclaimAct(cluster, gateway, world, narrator).RunAsync(cancellationToken);
            }

            narrator.Act("5 · Sleep, down, receipt", "nobody asks any more");
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
            var clean = report.Receipt!.Left == 0;
            narrator.End(
                report,
                clean,
                clean ? "Everything is taken down." : "Something is left; the receipt names it."
            );
            return clean ? Interrupted : 1;
        }
        catch (Exception fault)
            when (fault is HybridLlmException or AwsGpuException or LiqoException or OllamaException)
        {
            narrator.Fail(fault.Message);
            narrator.Say("Taking everything down before leaving.");
            world.Clock.Speed = Pace.Fast;
            await DownAsync(cluster, narrator, timeline, report, CancellationToken.None);
            narrator.End(report, good: false, "It did not come to its end; what stopped it is said above.");
            return 1;
        }

        var good = report.IsGood;
        narrator.End(
            report,
            good,
            good
                ? "Both answers are word for word the undisturbed ones, and nothing is left."
                : "An answer differs from the undisturbed one, or something is left."
        );
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

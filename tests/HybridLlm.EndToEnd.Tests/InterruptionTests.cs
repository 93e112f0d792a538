using HybridLlm.Ollama.Continuity;
using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>Each source tells on its own, and a mere recommendation brings the next GPU before the notice.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private const string Queue = "hybridllm-lab";

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
        {
            // Early in a day, so that what the foundation takes of its budget is always the same.
            DateTimeOffset midnight = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            o.Clock = new VirtualClock(midnight + TimeSpan.FromHours(1), TestWorld.Speed);
            o.Nodes.ConfigureOllama = ollama => ollama.TokenInterval = TimeSpan.FromMinutes(1);
        });

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Theory]
    [InlineData("the node")]
    [InlineData("the queue")]
    [InlineData("EC2")]
    public async Task A_notice_is_heard_from_each_source_alone(string source)
    {
        Cloud.AddInterruptionQueue("us-east-1", Queue);
        await using var cluster = Cluster(gpu => source == "the queue" ? gpu with { InterruptionQueue = Queue } : gpu);
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);
        // Reading the bucket is what hears the node, describing spot requests is what hears EC2.
        Silence("DescribeSpotInstanceRequests", source == "EC2");
        Silence("ListObjectVersions", source == "the node");
        var events = cluster.WatchAsync(Token);

        await Cloud.InterruptAsync(Gpus().Single().InstanceId, withNotice: true);

        var notice = await events.FirstAsync(
            e => e is { Stage: ClusterStages.Reclaim, Kind: ClusterEventKind.Warning },
            Token
        );
        notice.Message.ShouldStartWith("EC2 takes gpu-1");
        notice.Message.ShouldEndWith($"says {source}.");
    }

    [Fact]
    public async Task At_a_recommendation_the_next_GPU_boots_while_the_answer_goes_on_and_then_takes_it_over()
    {
        await using var cluster = Cluster(gpu => gpu);
        await cluster.UpAsync(cancellationToken: Token);
        List<Migration> moves = [];
        var tokens = 0;
        var gpus = 0;
        // A word a minute: the answer outlasts any boot of the next GPU.
        var answer = cluster.ChatClient.GetStreamingResponseAsync(
            "Tell me a long story.",
            new ChatOptions { Temperature = 0, MaxOutputTokens = 200 },
            Token
        );
        await foreach (var update in answer)
        {
            gpus = Math.Max(gpus, Gpus().Count);
            if (update.RawRepresentation is Migration move)
            {
                moves.Add(move);
            }

            if (moves.Count > 0 && update.Text.Length > 0)
            {
                break;
            }

            tokens += update.Text.Length > 0 ? 1 : 0;
            if (tokens == 5)
            {
                Cloud.Rebalance(Gpus()[0].InstanceId);
            }
        }

        (moves.Count, gpus).ShouldBe((1, 2));
        (await cluster.StatusAsync(Token)).Node.ShouldBe("gpu-2");
        while (Gpus().Count > 1)
        {
            await Task.Delay(50, Token);
        }

        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
    }

    [Fact]
    public async Task A_budget_that_bears_no_second_GPU_lets_a_recommendation_pass()
    {
        await using var cluster = _test.Cluster(b => b.WithBudget(perDay: 0.75m));
        await cluster.UpAsync(cancellationToken: Token);
        var events = cluster.WatchAsync(Token);
        using (await cluster.AcquireAsync(Token))
        {
            Cloud.Rebalance(Gpus().Single().InstanceId);
            var heard = await events.FirstAsync(e => e.Stage == ClusterStages.Reclaim, Token);
            heard.Message.ShouldContain("recommends");
            await Task.Delay(TimeSpan.FromMinutes(2), _test.World.Clock, Token);
        }

        Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
    }

    private HybridCluster Cluster(Func<GpuSpec, GpuSpec> change) =>
        _test.Cluster(b => b.WithBudget(perDay: 20m).WithSpotGpus("us-east-1", change));

    private void Silence(string action, bool isHeard)
    {
        if (!isHeard)
        {
            Cloud.Faults.FailNext(action, "UnauthorizedOperation", 403, count: 100_000);
        }
    }

    private List<EmulatedInstance> Gpus() =>
        [.. Cloud.Instances.Where(i => i is { Market: Market.Spot, State: "pending" or "running" })];
}

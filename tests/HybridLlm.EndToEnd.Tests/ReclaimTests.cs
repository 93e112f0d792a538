using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ollama;
using HybridLlm.Waking;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>EC2 takes the node in the middle of an answer.</summary>
public sealed class ReclaimTests : IAsyncLifetime
{
    private const string Question = "Tell me a long story.";

    private static readonly ChatOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 100 };

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Slow enough for the two minutes' notice, and a boot after it, to fall into one answer.
    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
            o.Nodes.ConfigureOllama = ollama => ollama.TokenInterval = TimeSpan.FromSeconds(4)
        );

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_goes_on_in_another_pool_and_reads_as_if_nothing_had_happened(bool withNotice)
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        List<Migration> moves = [];
        var answer = "";
        var tokens = 0;
        var updates = cluster.ChatClient.GetStreamingResponseAsync(Question, s_greedy, Token);
        ContinuityReport? report = null;
        await foreach (var update in updates)
        {
            answer += update.Text;
            if (update.RawRepresentation is Migration move)
            {
                moves.Add(move);
            }

            report ??=
                update.AdditionalProperties?.GetValueOrDefault(OllamaChatClient.ContinuityKey) as ContinuityReport;
            if (update.Text.Length > 0 && ++tokens == 20)
            {
                await _test.World.Cloud.InterruptAsync(Gpus().Single().InstanceId, withNotice);
            }
        }

        answer.ShouldBe(await UndisturbedAsync());
        moves.Count.ShouldBe(1);
        report.ShouldNotBeNull().Exact.ShouldBeTrue(string.Join("; ", report!.Doubts));
        var gpus = _test.World.Cloud.Instances.Where(i => i.Market == Market.Spot).ToList();
        gpus.Count.ShouldBe(2);
        gpus.Select(g => (g.InstanceType, g.Zone)).ShouldBeUnique();
        var status = await cluster.StatusAsync(Token);
        status.Node.ShouldBe("gpu-2");

        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        _test.World.Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_nobody_uses_is_not_replaced_when_it_is_taken()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);
        await _test.World.Cloud.InterruptAsync(Gpus().Single().InstanceId, withNotice: true);
        while ((await cluster.StatusAsync(Token)).Phase != WakePhase.Asleep)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), _test.World.Clock, Token);
        }

        Gpus().ShouldBeEmpty();
        _test.World.Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
    }

    private List<EmulatedInstance> Gpus() =>
        [.. _test.World.Cloud.Instances.Where(i => i is { Market: Market.Spot, State: "running" })];

    private static async Task<string> UndisturbedAsync()
    {
        await using var server = await OllamaEmulator.StartAsync(
            new() { Models = [new() { Name = TestWorld.Model }], ContextLength = 8192 },
            Token
        );
        using OllamaClient client = new(server.Address);
        using OllamaChatClient chat = new(client, TestWorld.Model);
        return (await chat.GetResponseAsync(Question, s_greedy, Token)).Text;
    }
}

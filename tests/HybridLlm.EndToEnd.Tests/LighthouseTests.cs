using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ec2;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The lighthouse fails EC2's status checks: it runs, is charged, and serves nobody.</summary>
public sealed class LighthouseTests : IAsyncLifetime
{
    private static readonly ChatOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 60 };

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    // A word a minute: the answer outlasts the lighthouse and the boot of the next one.
    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
            o.Nodes.ConfigureOllama = ollama => ollama.TokenInterval = TimeSpan.FromMinutes(1)
        );

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task It_is_replaced_under_its_address_while_the_GPU_goes_on_answering()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var (first, address) = (Lighthouse().InstanceId, Address());
        var events = cluster.WatchAsync(Token);
        List<Migration> moves = [];
        Task? replacing = null;
        var (tokens, after) = (0, 0);
        await foreach (var update in cluster.ChatClient.GetStreamingResponseAsync("A long story.", s_greedy, Token))
        {
            if (update.RawRepresentation is Migration move)
            {
                moves.Add(move);
            }

            if (update.Text.Length == 0)
            {
                continue;
            }

            tokens++;
            after += replacing is { IsCompletedSuccessfully: true } ? 1 : 0;
            if (tokens == 3)
            {
                Cloud.Impair(first);
            }
            else if (tokens == 4)
            {
                // Not at the first failed check: a minute is a hiccup.
                var written = _test.Writes;
                await cluster.UpAsync(cancellationToken: Token);
                (Lighthouse().InstanceId, _test.Writes).ShouldBe((first, written));
            }

            // By the words' own clock more than five minutes have passed.
            replacing ??= tokens == 12 ? cluster.UpAsync(cancellationToken: Token) : null;
        }

        await replacing!;
        var warning = await events.FirstAsync(
            e => e is { Stage: ClusterStages.Lighthouse, Kind: ClusterEventKind.Warning },
            Token
        );
        warning.Message.ShouldContain(first);
        after.ShouldBeGreaterThan(0, "the answer goes on after it, too");
        moves.ShouldBeEmpty();
        Lighthouse().InstanceId.ShouldNotBe(first);
        Address().ShouldBe(address);
        Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1, "the GPU is the same");
        var status = await cluster.StatusAsync(Token);
        (status.Node, status.FoundationLacks).ShouldBe(("gpu-1", null));
        status.Drift.ShouldBeEmpty();
        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    private EmulatedInstance Lighthouse() =>
        Cloud.Instances.Single(i => i is { Market: Market.OnDemand, State: "pending" or "running" });

    private string Address() => Cloud.Snapshot().Single(r => r.Type == "elastic-ip").Id;
}

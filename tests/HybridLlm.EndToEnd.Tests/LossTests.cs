using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>
/// A node is gone without a word in the middle of an answer. The next one is asked for at once and the lost one is given back beside, unless
/// budget or quota bear one at a time only.
/// </summary>
public sealed class LossTests : IAsyncLifetime
{
    private static readonly ChatOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 60 };

    private const double Speed = 50;

    private static readonly TimeSpan s_shutdown = TimeSpan.FromMinutes(4);

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
        {
            // Early in a day, so that what the foundation takes of its budget is always the same.
            DateTimeOffset midnight = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            o.Clock = new VirtualClock(midnight + TimeSpan.FromHours(1), Speed);
            o.ShutdownTime = s_shutdown;
            o.Nodes.ConfigureOllama = ollama => ollama.TokenInterval = TimeSpan.FromSeconds(4);
        });

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task The_next_node_is_asked_for_before_the_lost_one_is_given_back()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var (launched, givenBack) = await LoseAsync(cluster);

        var gained = givenBack - launched;
        TestContext.Current.TestOutputHelper?.WriteLine($"Gained {gained.TotalSeconds:0} virtual seconds.");
        gained.ShouldBeGreaterThan(s_shutdown / 2);
        Gpus().ShouldHaveSingleItem();
        (await cluster.StatusAsync(Token)).Drift.ShouldBeEmpty();
        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_budget_that_bears_one_only_has_the_lost_one_given_back_first()
    {
        decimal budget;
        await using (var rich = _test.Cluster())
        {
            var cost = (await rich.PlanAsync(Token)).Cost;
            // A lease is an hour: one and a half of it beside the foundation.
            budget = cost.AsleepPerDay + (1.5m * (cost.AwakePerHour - cost.AsleepPerHour));
        }

        await using var cluster = _test.Cluster(b => b.WithBudget(perDay: budget));
        await cluster.UpAsync(cancellationToken: Token);
        var (launched, givenBack) = await LoseAsync(cluster);

        launched.ShouldBeGreaterThan(givenBack);
        (await cluster.StatusAsync(Token)).SpentToday.ShouldBeLessThan(budget);
        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
    }

    [Fact]
    public async Task A_quota_that_still_counts_the_lost_one_is_asked_again_and_not_bought_around()
    {
        await using var cluster = _test.Cluster(b =>
            b.WithSpotGpus("us-east-1", gpu => gpu with { OnDemand = OnDemandFallback.AtOnce })
        );
        await cluster.UpAsync(cancellationToken: Token);
        var (launched, givenBack) = await LoseAsync(cluster, CountLostOneOnce);

        launched.ShouldBeGreaterThan(givenBack);
        Gpus().ShouldHaveSingleItem();
        (await cluster.DownAsync(cancellationToken: Token)).SpentOnDemandUsd.ShouldBe(0);
    }

    /// <summary>Loses the node while it answers; the answer goes on elsewhere. When the next node was launched, and when the lost one had been given back.</summary>
    private async Task<(DateTimeOffset Launched, DateTimeOffset GivenBack)> LoseAsync(
        HybridCluster cluster,
        Action? before = null
    )
    {
        var events = cluster.WatchAsync(Token);
        var tokens = 0;
        await foreach (var update in cluster.ChatClient.GetStreamingResponseAsync("Tell me a story.", s_greedy, Token))
        {
            if (update.Text.Length > 0 && ++tokens == 10)
            {
                before?.Invoke();
                await Cloud.InterruptAsync(Gpus().Single().InstanceId, withNotice: false);
            }
        }

        tokens.ShouldBeGreaterThan(10);
        (await cluster.StatusAsync(Token)).Node.ShouldNotBe("gpu-1");
        var givenBack = await events.FirstAsync(
            e =>
                e.Message == "gpu-1 is given back." || e is { Stage: ClusterStages.Sleep, Kind: ClusterEventKind.Done },
            Token
        );
        return (Cloud.Calls.Last(c => c.Action == "CreateFleet").Time, givenBack.At);
    }

    /// <summary>The quota bears nothing more until a launch has been told so.</summary>
    private void CountLostOneOnce()
    {
        var launches = Launches();
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.Spot, 0);
        _ = Task.Run(
            async () =>
            {
                while (Launches() == launches)
                {
                    await Task.Delay(5, Token);
                }

                Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.Spot, 64);
            },
            Token
        );
    }

    private int Launches() => Cloud.Calls.Count(c => c.Action == "CreateFleet");

    private List<EmulatedInstance> Gpus() =>
        [.. Cloud.Instances.Where(i => i is { Market: Market.Spot, State: "pending" or "running" })];
}

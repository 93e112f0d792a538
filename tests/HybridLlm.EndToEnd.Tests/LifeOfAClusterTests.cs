using HybridLlm.Testing.Ec2;
using HybridLlm.Waking;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

public sealed class LifeOfAClusterTests : IAsyncLifetime
{
    private TestWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Up_ask_sleep_down_leaves_nothing_and_the_book_covers_the_bill()
    {
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var answer = await cluster.ChatClient.GetResponseAsync("Why is the sky blue?", cancellationToken: Token);
        answer.Text.Length.ShouldBeGreaterThan(100);

        var awake = await cluster.StatusAsync(Token);
        (awake.Phase, awake.Node, awake.FoundationLacks, awake.Instances.Count).ShouldBe(
            (WakePhase.Awake, "gpu-1", null, 2)
        );

        await cluster.SleepAsync(cancellationToken: Token);
        var asleep = await cluster.StatusAsync(Token);
        (asleep.Phase, asleep.Node, asleep.Instances.Count).ShouldBe((WakePhase.Asleep, null, 1));

        var receipt = await cluster.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0);
        receipt.Gone.Count.ShouldBe(receipt.AskedFor.Count);
        receipt.Regions.ShouldBe(EmulatedCloud.Regions, ignoreOrder: true);
        _world.World.Cloud.Snapshot().ShouldBeEmpty();
        receipt.SpentUsd.ShouldBeGreaterThanOrEqualTo(_world.World.Cloud.Bill().TotalUsd);
        receipt.SpentUsd.ShouldBeLessThan(_world.World.Cloud.Bill().TotalUsd * 1.5m);
    }

    [Fact]
    public async Task With_IPv6_a_cluster_lives_and_goes_as_without()
    {
        await using var cluster = _world.Cluster(b => b.WithSpotGpus("us-east-1", gpu => gpu with { Ipv6 = true }));
        var plan = await cluster.UpAsync(cancellationToken: Token);
        plan.Steps.ShouldContain(s => s.What.StartsWith("AssociateIpv6Block", StringComparison.Ordinal));
        (await cluster.UpAsync(cancellationToken: Token)).Steps.ShouldAllBe(s => s.WhenAsked);
        await cluster.WakeAsync(cancellationToken: Token);

        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        _world.World.Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_up_and_a_second_down_write_nothing()
    {
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var written = _world.Writes;
        (await cluster.UpAsync(cancellationToken: Token)).Steps.ShouldAllBe(s => s.WhenAsked);
        _world.Writes.ShouldBe(written);

        await cluster.DownAsync(cancellationToken: Token);
        written = _world.Writes;
        (await cluster.DownAsync(cancellationToken: Token)).AskedFor.ShouldBeEmpty();
        _world.Writes.ShouldBe(written);
    }

    [Fact]
    public async Task Fifty_requests_at_once_rent_one_GPU()
    {
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    cluster.ChatClient.GetResponseAsync($"Question {i}", new ChatOptions { MaxOutputTokens = 3 }, Token)
                )
        );

        answers.ShouldAllBe(a => a.Text.Length > 0);
        _world.World.Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
    }

    [Fact]
    public async Task The_next_process_takes_over_a_node_that_still_serves()
    {
        await using (var first = _world.Cluster())
        {
            await first.UpAsync(cancellationToken: Token);
            await first.WakeAsync(cancellationToken: Token);
        }

        await using var second = _world.Cluster();
        (await second.ChatClient.GetResponseAsync("Still there?", cancellationToken: Token)).Text.ShouldNotBeEmpty();
        _world.World.Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
        await second.SleepAsync(cancellationToken: Token);
        _world.World.Cloud.Instances.Count(i => i.State == "running").ShouldBe(1);
    }

    [Fact]
    public async Task The_idle_GPU_is_given_back_by_itself()
    {
        await using var cluster = _world.Cluster(b =>
            b.WithLife(l => l with { IdleTimeout = TimeSpan.FromMinutes(5) })
        );
        await cluster.UpAsync(cancellationToken: Token);
        var events = cluster.WatchAsync(Token);
        await cluster.ChatClient.GetResponseAsync("One question.", cancellationToken: Token);

        await events.FirstAsync(e => e is { Stage: ClusterStages.Sleep, Kind: ClusterEventKind.Done }, Token);

        (await cluster.StatusAsync(Token)).Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_capacity_the_caller_is_told_and_nothing_is_rented()
    {
        await using var cluster = _world.Cluster();
        var plan = await cluster.UpAsync(cancellationToken: Token);
        foreach (var offer in plan.Offers)
        {
            _world.World.Cloud.Capacity.Set(offer.InstanceType, offer.Zone, Market.Spot, 0);
        }

        var error = await Should.ThrowAsync<WakeFailedException>(() =>
            cluster.ChatClient.GetResponseAsync("Anyone?", cancellationToken: Token)
        );

        error.Message.ShouldContain("InsufficientInstanceCapacity");
        error.Remedy.ShouldNotBeEmpty();
        _world.World.Cloud.Instances.Count(i => i.State is "pending" or "running").ShouldBe(1);
    }

    [Fact]
    public async Task A_request_before_up_says_what_is_missing_and_rents_nothing()
    {
        await using var cluster = _world.Cluster();

        var error = await Should.ThrowAsync<WakeFailedException>(() =>
            cluster.ChatClient.GetResponseAsync("Anyone?", cancellationToken: Token)
        );

        error.Message.ShouldContain("UpAsync");
        _world.Writes.ShouldBe(0);
    }

    [Fact]
    public async Task A_GPU_EC2_takes_back_is_noticed_and_the_next_request_gets_another()
    {
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);
        var events = cluster.WatchAsync(Token);
        var spot = _world.World.Cloud.Instances.Single(i => i.Market == Market.Spot);

        await _world.World.Cloud.InterruptAsync(spot.InstanceId, withNotice: false);
        await events.FirstAsync(e => e is { Stage: ClusterStages.Sleep, Kind: ClusterEventKind.Done }, Token);

        (await cluster.ChatClient.GetResponseAsync("And now?", cancellationToken: Token)).Text.ShouldNotBeEmpty();
        (await cluster.StatusAsync(Token)).Node.ShouldBe("gpu-2");
    }

    [Fact]
    public async Task No_secret_is_on_the_wire_in_user_data_or_in_the_journal()
    {
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);

        var journal = await File.ReadAllTextAsync(Path.Combine(_world.StateFolder, "journal.jsonl"), Token);
        foreach (var secret in Directory.GetFiles(Path.Combine(_world.StateFolder, "secrets"), "*.key"))
        {
            var body = (await File.ReadAllLinesAsync(secret, Token))[1];
            journal.ShouldNotContain(body);
        }

        journal.ShouldNotContain("PRIVATE KEY");
        journal.ShouldNotContain("X-Amz-Signature");
    }
}

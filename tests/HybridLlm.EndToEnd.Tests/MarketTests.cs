using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;
using HybridLlm.Waking;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>Spot gives nothing: what is bought instead, when, and how it goes back.</summary>
public sealed class MarketTests : IAsyncLifetime
{
    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task At_once_a_second_attempt_buys_on_demand_and_plan_status_and_receipt_say_so()
    {
        await using var cluster = Cluster(gpu => gpu with { OnDemand = OnDemandFallback.AtOnce });
        var plan = await cluster.UpAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        await cluster.WakeAsync(cancellationToken: Token);

        var gpu = Gpus().Single();
        gpu.Market.ShouldBe(Market.OnDemand);
        plan.OnDemand.ShouldNotBeEmpty();
        plan.Cost.ReservedPerHour.ShouldBe(plan.OnDemand.Max(o => o.HourlyPrice));
        plan.Cost.ReservedPerHour.ShouldBeGreaterThan(plan.Cost.ReservedOnSpotPerHour);
        plan.Proofs.Single(p => p.Name == "money").Statement.ShouldContain("On demand, bought at once");
        (await cluster.StatusAsync(Token)).NodeMarket.ShouldBe(InstanceMarket.OnDemand);
        var fleets = Cloud.Calls.Where(c => c.Action == "CreateFleet").ToList();
        fleets.Count.ShouldBe(2);
        Journal().ShouldContain("\"kind\":\"launch-attempted\"");
        Journal().ShouldContain("\"attempt\":2");

        var receipt = await cluster.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0);
        receipt.SpentOnDemandUsd.ShouldBeGreaterThan(0);
        receipt.ToString().ShouldContain("on demand");
        receipt.SpentUsd.ShouldBeGreaterThanOrEqualTo(Cloud.Bill().TotalUsd);
        receipt.SpentUsd.ShouldBeLessThan(Cloud.Bill().TotalUsd * 1.5m);
    }

    [Fact]
    public async Task After_the_wait_and_not_before_it_on_demand_is_bought()
    {
        var wait = TimeSpan.FromMinutes(5);
        await using var cluster = Cluster(gpu =>
            gpu with
            {
                OnDemand = OnDemandFallback.AfterWait,
                WaitForSpot = wait,
            }
        );
        await cluster.UpAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        await cluster.WakeAsync(cancellationToken: Token);

        var fleets = Cloud.Calls.Where(c => c.Action == "CreateFleet").ToList();
        fleets.Count.ShouldBeGreaterThan(2, "spot is asked again meanwhile");
        (fleets[^1].Time - fleets[0].Time).ShouldBeGreaterThanOrEqualTo(wait);
        Gpus().Single().Market.ShouldBe(Market.OnDemand);
    }

    [Fact]
    public async Task Spot_that_comes_back_during_the_wait_is_taken()
    {
        await using var cluster = Cluster(gpu =>
            gpu with
            {
                OnDemand = OnDemandFallback.AfterWait,
                WaitForSpot = TimeSpan.FromHours(1),
            }
        );
        await cluster.UpAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        var wake = cluster.WakeAsync(cancellationToken: Token);
        while (Cloud.Calls.Count(c => c.Action == "CreateFleet") < 2)
        {
            await Task.Delay(50, Token);
        }

        Cloud.Capacity.SetDefault(Market.Spot, 5);
        await wake;

        Gpus().Single().Market.ShouldBe(Market.Spot);
        (await cluster.DownAsync(cancellationToken: Token)).SpentOnDemandUsd.ShouldBe(0);
    }

    [Fact]
    public async Task An_idle_GPU_bought_on_demand_gives_way_to_spot_when_there_is_some_again()
    {
        await using var cluster = Cluster(gpu =>
            gpu with
            {
                OnDemand = OnDemandFallback.AtOnce,
                ReturnToSpotEvery = TimeSpan.FromMinutes(10),
            }
        );
        await cluster.UpAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        await cluster.WakeAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 5);
        while ((await cluster.StatusAsync(Token)).NodeMarket != InstanceMarket.Spot)
        {
            await Task.Delay(200, Token);
        }

        while (Gpus().Count > 1)
        {
            await Task.Delay(50, Token);
        }

        Gpus().Single().Market.ShouldBe(Market.Spot);
        (await cluster.ChatClient.GetResponseAsync("Still there?", cancellationToken: Token)).Text.ShouldNotBeEmpty();
        (await cluster.StatusAsync(Token)).Node.ShouldBe("gpu-2");
        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_on_demand_has_nothing_either_the_caller_is_told_and_nothing_is_rented()
    {
        await using var cluster = Cluster(gpu => gpu with { OnDemand = OnDemandFallback.AtOnce });
        var plan = await cluster.UpAsync(cancellationToken: Token);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        foreach (var offer in plan.OnDemand)
        {
            Cloud.Capacity.Set(offer.InstanceType, offer.Zone, Market.OnDemand, 0);
        }

        var error = await Should.ThrowAsync<WakeFailedException>(() => cluster.WakeAsync(cancellationToken: Token));

        error.Message.ShouldContain("on-demand pools");
        Gpus().ShouldBeEmpty();
        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
    }

    [Fact]
    public async Task A_budget_that_bears_spot_but_no_hour_on_demand_is_a_fault_of_the_plan()
    {
        await using var cluster = _test.Cluster(b =>
            b.WithBudget(perDay: 0.80m).WithSpotGpus("us-east-1", g => g with { OnDemand = OnDemandFallback.AtOnce })
        );

        var faults = await TestWorld.FaultsAsync(cluster);

        faults.Single().Code.ShouldBe("HL130");
        faults.Single().Message.ShouldContain("on demand");
    }

    [Fact]
    public async Task What_a_pool_did_is_known_to_the_next_process()
    {
        await using (var first = Cluster(gpu => gpu))
        {
            var plan = await first.UpAsync(cancellationToken: Token);
            // As good as the best, so that one interruption tips the scales.
            Cloud.Prices.SetSpot(
                plan.Offers[1].InstanceType,
                plan.Offers[1].Zone,
                plan.Offers[0].HourlyPrice + 0.0005m
            );
            foreach (var offer in plan.Offers.Skip(1))
            {
                Cloud.Capacity.Set(offer.InstanceType, offer.Zone, Market.Spot, 0);
            }

            await first.WakeAsync(cancellationToken: Token);
            var best = (plan.Offers[0].InstanceType, plan.Offers[0].Zone);
            (await first.PlanAsync(Token))
                .Offers[0]
                .ShouldSatisfyAllConditions(o => (o.InstanceType, o.Zone).ShouldBe(best));
            await Cloud.InterruptAsync(Gpus().Single().InstanceId, withNotice: true);
            while ((await first.StatusAsync(Token)).Phase != WakePhase.Asleep)
            {
                await Task.Delay(50, Token);
            }
        }

        Journal().ShouldContain("\"kind\":\"node-interrupted\"");
        // Longer than the pool is left alone.
        await Task.Delay(TimeSpan.FromMinutes(5), _test.World.Clock, Token);
        await using var second = Cluster(gpu => gpu);
        var after = await second.PlanAsync(Token);
        after.Offers[0].HourlyPrice.ShouldBeGreaterThan(after.Offers.Min(o => o.HourlyPrice));
    }

    private HybridCluster Cluster(Func<GpuSpec, GpuSpec> change) =>
        _test.Cluster(b => b.WithBudget(perDay: 20m).WithSpotGpus("us-east-1", change));

    private string Journal() => File.ReadAllText(Path.Combine(_test.StateFolder, "journal.jsonl"));

    private List<EmulatedInstance> Gpus() =>
        [.. Cloud.Instances.Where(i => i.InstanceType[0] != 't' && i.State is "pending" or "running")];
}

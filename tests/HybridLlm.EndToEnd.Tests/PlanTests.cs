using System.Text.Json;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.EndToEnd.Tests;

public sealed class PlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_says_what_it_would_make_what_it_costs_and_why()
    {
        // At a fixed instant, so that prices, steps and ids are one and the same text.
        DateTimeOffset noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        await using var test = await TestWorld.StartAsync(o => o.Clock = new VirtualClock(noon));
        await using var cluster = test.Cluster(builder =>
            builder.WithSpotGpus("us-east-1", gpu => gpu with { AskedAbout = ["g4dn.xlarge", "p3.2xlarge"] })
        );

        var plan = await cluster.PlanAsync(Token);

        Golden.Match("plan.txt", $"{plan}");
        using var json = JsonDocument.Parse(plan.ToJson());
        int Count(string list) => json.RootElement.GetProperty(list).GetArrayLength();
        (Count("proofs"), Count("offers"), Count("rejected")).ShouldBe(
            (plan.Proofs.Count, plan.Offers.Count, plan.Rejected.Count)
        );
        plan.Rejected.ShouldContain(r => r.InstanceType == "p3.2xlarge");
        plan.Rejected.ShouldAllBe(r => r.Reason.Length > 0);
        test.Writes.ShouldBe(0);
        Directory.Exists(Path.Combine(test.StateFolder, "mesh")).ShouldBeFalse();
        (await cluster.PlanAsync(Token)).Id.ShouldBe(plan.Id, "the same facts make the same plan");
    }
}

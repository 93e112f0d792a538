using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

// Slower than the rest: the example gives its teardown the usual ten minutes, which are virtual.
public sealed class ReadmeExampleTests() : EmulatorTest(speed: 60)
{
    [Fact]
    public async Task The_example_rents_a_gpu_and_leaves_nothing()
    {
        using var cluster = await ClusterAsync();

        (await RunAsync(cluster.Clients, cluster.Time.GetUtcNow())).IsComplete.ShouldBeTrue();

        Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
        Cloud.Instances.ShouldAllBe(i => i.State == "terminated");
    }

    [Fact]
    public void The_readme_shows_this_example()
    {
        var source = File.ReadAllText(
            Repository.PathOf("tests", "HybridLlm.AwsGpu.Tests", "Wire", "ReadmeExampleTests.cs")
        );
        var lines = source
            .Split("#region readme\n")[1]
            .Split("        #endregion")[0]
            .Split('\n')
            .Select(l => l.StartsWith("        ", StringComparison.Ordinal) ? l[8..] : l);

        File.ReadAllText(Repository.PathOf("src", "HybridLlm.AwsGpu", "README.md"))
            .ShouldContain($"```csharp\n{string.Join('\n', lines)}```\n");
    }

    private static async Task<TeardownReport> RunAsync(AwsClients aws, DateTimeOffset now)
    {
        #region readme
        ResourceOwner owner = new() { Cluster = "lab", OwnerId = Guid.NewGuid() }; // keep it: it is the licence to delete
        NetworkProvisioner networks = new(aws);
        NetworkSpec spec = new()
        {
            Owner = owner,
            PlanId = "plan-1",
            Region = "us-east-1",
        };
        var network = await networks.ApplyAsync(await networks.PlanAsync(spec));

        OfferRequest request = new() { GpuMemoryMiB = 12_000, MaxHourlyPrice = 0.50m };
        var plan = OfferPlanner.Plan(request, await new OfferingFactsReader(aws).ReadAsync("us-east-1"));
        foreach (var rejected in plan.Rejected.Take(5))
        {
            Console.WriteLine($"{rejected.InstanceType} {rejected.Zone?.Id}: {rejected.Reason}");
        }

        var node = await new FleetLauncher(aws).LaunchAsync(
            new NodeIntent // write it to your journal first: launched again, it finds the same node
            {
                Owner = owner,
                PlanId = "plan-1",
                Id = "wake-1",
                Region = "us-east-1",
                Pools = NodePool.From(plan, network),
                MaxHourlyPrice = 0.50m,
                Image = await new AmiResolver(aws).ResolveAsync("us-east-1", AmiQuery.GpuNode(CpuArchitecture.X64)),
                SecurityGroupId = network.NodeSecurityGroupId,
                UserData = "#!/bin/sh\nshutdown -h +10\n"u8.ToArray(),
                LeaseUntil = now.AddMinutes(10),
                ExpiresAt = now.AddHours(8),
            }
        );
        Console.WriteLine($"{node.InstanceId}: {node.InstanceType} in {node.ZoneId}");

        var report = await new ClusterTeardown(aws).RunAsync(owner, TeardownScope.Everything);
        Console.WriteLine(
            $"gone: {report.Gone.Count}, left: {report.StillThere.Count} at {report.UsdPerMonth} USD a month"
        );
        #endregion
        return report;
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests;

/// <summary>The example on the package's page compiles, works, and is what the page shows.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_peers_offloads_and_lets_the_provider_go()
    {
        // The example waits no longer than it says, and a busy machine is slow.
        await using var two = await Federation.StartAsync(speed: 5);
        var (homelab, rented) = (two.Home.Connection, two.Rented.Connection);

        // Written as an application would, which has no test to stop it.
#pragma warning disable xUnit1051
        // csharpier-ignore-start
        // <example>
        PeeringSpec spec = new() { Resources = new SliceResources { Cpu = "4", Memory = "16Gi", Gpus = 1 } };
        var report = await new PeeringPreflight(homelab, rented).CheckAsync(new PreflightSpec { Peering = spec });
        if (!report.CanPeer) throw new InvalidOperationException(report.ToString());

        var (consumer, provider) = (await LiqoCluster.ConnectAsync(homelab), await LiqoCluster.ConnectAsync(rented));
        PeeringProvisioner peering = new(consumer, provider);
        var status = await peering.ApplyAsync(await peering.PlanAsync(spec));   // until the virtual node is Ready

        NamespaceOffloader offloader = new(consumer);
        await offloader.ApplyAsync(await offloader.PlanAsync(
            new OffloadingSpec { Namespace = "llm-inference", Pods = PodPlacement.Remote }));

        // EC2 takes the machine in two minutes:
        var departure = await new PeeringDeparture(consumer, provider).ApplyAsync(new DepartureSpec());
        // </example>
        // csharpier-ignore-end
#pragma warning restore xUnit1051

        status.Phase.ShouldBe(PeeringPhase.Ready);
        departure.Steps.ShouldNotBeEmpty();
        await two.UnoffloadAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void The_page_shows_the_example()
    {
        var source = File.ReadAllText(Repository.PathOf("tests", "HybridLlm.Liqo.Tests", "ReadmeTests.cs"));
        var page = File.ReadAllText(Repository.PathOf("src", "HybridLlm.Liqo", "README.md"));
        var lines = source.Split("// <example>\n")[1].Split("        // </example>")[0].Split('\n');

        page.ShouldContain("```csharp\n" + string.Join('\n', lines.Select(l => l.Length > 8 ? l[8..] : "")) + "```");
    }
}

using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Testing.Kubernetes;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>API servers that throttle, fail, lose answers, drop watches and forget their history.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_peering_and_its_end_survive_every_fault_an_API_server_has()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var two = await Federation.StartAsync();
        foreach (var faults in new[] { two.Home.Cluster.Faults, two.Rented.Cluster.Faults })
        {
            faults.FailNext(429, c => c.Verb == "list", count: 2);
            faults.FailNext(500, c => c.Verb == "create", count: 2);
            // Done, and the answer is lost: the repetition finds it there.
            faults.FailNext(503, c => c.Verb == "create", count: 2, afterEffect: true);
            faults.FailNext(504, c => c.Verb == "delete", afterEffect: true);
            faults.FailNext(409, c => c.Verb == "patch");
            faults.FailNext(503, c => c.Verb == "watch", count: 2);
        }

        Trouble trouble = new(two.Home.Cluster, two.Rented.Cluster);
        (await two.PeerAsync(trouble)).Phase.ShouldBe(PeeringPhase.Ready);
        await two.UnpeerAsync(trouble);

        two.Changes().ShouldBeEmpty();
        trouble.Times.ShouldBeGreaterThan(15);
    }

    /// <summary>After each step every watch breaks, and history before it is gone.</summary>
    private sealed class Trouble(params EmulatedCluster[] clusters) : IProgress<LiqoStep>
    {
        public int Times { get; private set; }

        public void Report(LiqoStep value)
        {
            Times++;
            foreach (var cluster in clusters)
            {
                cluster.Faults.DropWatches();
                cluster.Faults.Compact();
            }
        }
    }
}

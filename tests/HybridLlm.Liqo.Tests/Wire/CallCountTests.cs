using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Tests.Recordings;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Liqo;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>What a peering asks of the API servers, beside what liqoctl asks of them in the recorded one.</summary>
public sealed class CallCountTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_virtualNode = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_node = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Waiting_takes_five_times_fewer_calls_than_polling_every_second()
    {
        var recorded = RecordedScenario.CountCalls("01-peer");
        await using var two = await Federation.StartAsync(Slow, Slow);
        PeeringProvisioner provisioner = new(two.Home.Liqo, two.Rented.Liqo);
        var plan = await provisioner.PlanAsync(Federation.Spec, TestContext.Current.CancellationToken);
        var (home, rented) = (two.Home.Cluster.Calls.Count, two.Rented.Cluster.Calls.Count);

        var status = await provisioner.ApplyAsync(plan, null, TestContext.Current.CancellationToken);

        status.Phase.ShouldBe(PeeringPhase.Ready);

        List<ClusterCall> calls = [.. two.Home.Cluster.Calls.Skip(home), .. two.Rented.Cluster.Calls.Skip(rented)];
        // From the slice on, the three delays pass: liqoctl's poll sees the slice, and whoever goes on to the node polls as it does.
        var waited = Waits(two.Home, "resourceslices", "virtualnodes", "nodes", "pods") + Waits(two.Rented, "tenants");
        var polls = (int)(s_slice + s_virtualNode + s_node).TotalSeconds;
        output.WriteLine(
            $"waiting for slice, virtual node and node: {waited} watches, {polls} polls; "
                + $"in all: {calls.Count} calls, liqoctl {recorded} + {polls}"
        );
        (waited * 5).ShouldBeLessThanOrEqualTo(polls);
        (calls.Count * 2).ShouldBeLessThanOrEqualTo(recorded + polls);
    }

    private static int Waits(Member member, params string[] resources) =>
        member.Cluster.Calls.Count(c => c.Verb == "watch" && resources.Contains(c.Resource));

    private static void Slow(EmulatedLiqoOptions options)
    {
        options.SliceTime = s_slice;
        options.VirtualNodeTime = s_virtualNode;
        options.NodeTime = s_node;
    }
}

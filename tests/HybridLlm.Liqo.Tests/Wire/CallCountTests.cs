using HybridLlm.Liqo.Clusters;
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
    private static readonly int s_polls = (int)(s_slice + s_virtualNode + s_node).TotalSeconds;

    /// <summary>
    /// Every call of both, from the first connection to the Ready node. liqoctl is counted as it was recorded, and with a look a second
    /// while the three delays pass: the slice it polls itself, the node whoever goes on polls.
    /// </summary>
    [Fact]
    public async Task A_peering_alone_takes_19_calls_of_which_6_wait_where_liqoctl_takes_67()
    {
        var recorded = RecordedScenario.CountCalls("01-peer");
        await using var two = await Federation.StartAsync(Slow, Slow, speed: 4);
        var (home, rented) = (two.Home.Cluster.Calls.Count, two.Rented.Cluster.Calls.Count);

        PeeringProvisioner provisioner = new(
            await LiqoCluster.ConnectAsync(
                two.Home.Connection,
                cancellationToken: TestContext.Current.CancellationToken
            ),
            await LiqoCluster.ConnectAsync(
                two.Rented.Connection,
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        var plan = await provisioner.PlanAsync(
            Federation.Spec with
            {
                Network = NetworkFabric.None,
            },
            TestContext.Current.CancellationToken
        );
        var status = await provisioner.ApplyAsync(plan, null, TestContext.Current.CancellationToken);

        status.Phase.ShouldBe(PeeringPhase.Ready);
        List<(string Side, ClusterCall Call)> calls =
        [
            .. two.Home.Cluster.Calls.Skip(home).Select(c => ("consumer", c)),
            .. two.Rented.Cluster.Calls.Skip(rented).Select(c => ("provider", c)),
        ];
        foreach (var (side, call) in calls.OrderBy(c => c.Call.Time))
        {
            output.WriteLine($"{side} {call.Verb} {call.Resource} {call.Name} {call.Status}");
        }

        var waits = calls.Count(c => c.Call.Verb == "watch");
        output.WriteLine($"{calls.Count} calls, of which {waits} wait; liqoctl {recorded} + {s_polls}");
        (calls.Count, waits).ShouldBe((19, 6));
        (recorded + s_polls).ShouldBe(67);
        (waits * 5).ShouldBeLessThanOrEqualTo(s_polls, "a wait is one call, whatever it lasts");
    }

    /// <summary>
    /// Many providers that begin at once on one consumer, from the first connection to the Ready node of each. They share the waits there,
    /// and what does not differ from one to the next.
    /// </summary>
    [Fact]
    public async Task Peerings_of_many_providers_at_once_take_five_times_fewer_calls_each_than_with_liqoctl()
    {
        var count = ManyProvidersTests.IsLong ? 100 : 50;
        // So slow that the machine, which has to be all those clusters, adds little to their delays.
        await using var crowd = await Crowd.StartAsync(count, Slow, speed: 60.0 / count);
        var before = crowd.Calls();

        var statuses = await crowd.PeerAsync(NetworkFabric.None);

        statuses.ShouldAllBe(s => s.Phase == PeeringPhase.Ready);
        var calls = crowd.CallsAfter(before);
        foreach (var group in calls.GroupBy(c => c).OrderByDescending(g => g.Count()))
        {
            output.WriteLine($"{group.Count()} x {group.Key}");
        }

        var theirs = RecordedScenario.CountCalls("01-peer") + s_polls;
        output.WriteLine($"{count} peerings: {(double)calls.Count / count:0.00} calls each; liqoctl {theirs}");
        (calls.Count * 5).ShouldBeLessThanOrEqualTo(theirs * count);
    }

    private static void Slow(EmulatedLiqoOptions options)
    {
        options.SliceTime = s_slice;
        options.VirtualNodeTime = s_virtualNode;
        options.NodeTime = s_node;
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Scenarios;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Testing.Liqo;
using k8s;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A peering that broke off so early that Liqo makes its ForeignClusters only while it is taken apart.</summary>
public sealed class LateForeignClusterTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_late = TimeSpan.FromHours(10);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_plan_says_that_they_are_removed_before_they_are_there()
    {
        await using var two = await BrokenOffAsync(s_soon);
        PeeringRemover remover = new(two.Home.Liqo, two.Rented.Liqo);
        var plan = await remover.PlanAsync(new UnpeeringSpec { Patience = Scenario.Unhurried }, Stop);
        await two.UntilAsync(async () => await HasPeersAsync(two));

        await remover.ApplyAsync(plan, cancellationToken: Stop);

        await IsCleanAsync(two);
    }

    [Fact]
    public async Task They_are_removed_when_they_come_during_an_unpeering()
    {
        await using var two = await BrokenOffAsync(s_late);

        await two.UnpeerAsync(new MakesPeers(two));

        await IsCleanAsync(two);
    }

    [Fact]
    public async Task They_are_removed_when_they_come_during_a_departure()
    {
        await using var two = await BrokenOffAsync(s_late);
        PeeringDeparture departure = new(two.Home.Liqo, two.Rented.Liqo);

        var report = await departure.ApplyAsync(
            new DepartureSpec { Budget = Scenario.Unhurried, PodGrace = TimeSpan.FromHours(1) },
            new MakesPeers(two),
            Stop
        );

        report.ForcedBecause.ShouldBeNull();
        await IsCleanAsync(two);
    }

    private static async Task<Federation> BrokenOffAsync(TimeSpan due)
    {
        void Late(EmulatedLiqoOptions options) => options.ForeignClusterTime = due;

        var two = await Federation.StartAsync(Late, Late);
        await Federation.DoAsync(new PeeringAuthenticator(two.Home.Liqo, two.Rented.Liqo).Authenticate());
        (await HasPeersAsync(two)).ShouldBeFalse();
        return two;
    }

    private static async Task<bool> HasPeersAsync(Federation two) =>
        await FindAsync(two.Home, Federation.ProviderId) is not null
        && await FindAsync(two.Rented, "homelab") is not null;

    private static async Task IsCleanAsync(Federation two)
    {
        two.Changes().ShouldBeEmpty();
        (await FindAsync(two.Rented, "homelab")).ShouldBeNull();
    }

    private static Task<ClusterObject?> FindAsync(Member member, string id) =>
        member.Liqo.Port.GetAsync(Kinds.ForeignCluster, null, id, Stop);

    /// <summary>Liqo's part, at the worst moment: after the first step.</summary>
    private sealed class MakesPeers(Federation two) : IProgress<LiqoStep>
    {
        private bool _made;

        public void Report(LiqoStep value)
        {
            if (!_made)
            {
                _made = true;
                Make(two.Home, Federation.ProviderId);
                Make(two.Rented, "homelab");
            }
        }

        private static void Make(Member member, string id) =>
            member
                .Admin.CustomObjects.CreateClusterCustomObjectAsync(
                    new JsonObject
                    {
                        ["apiVersion"] = "core.liqo.io/v1beta1",
                        ["kind"] = "ForeignCluster",
                        ["metadata"] = new JsonObject { ["name"] = id },
                        ["spec"] = new JsonObject { ["clusterID"] = id },
                    },
                    "core.liqo.io",
                    "v1beta1",
                    "foreignclusters",
                    cancellationToken: Stop
                )
                .GetAwaiter()
                .GetResult();
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Ends of peerings, in agreement and by force.</summary>
internal static class RemovalScenarios
{
    private const string OnConsumer = "liqo-tenant-aws-gpu-1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Unpeer("unpeer", "the default") with
        {
            Before = two => two.PeerAsync(),
            After = IsCleanAsync,
        },
        Unpeer("unpeer twice", "the default") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.UnpeerAsync();
            },
            After = IsCleanAsync,
        },
        Unpeer("unpeer what was never peered", "the default") with
        {
            After = IsCleanAsync,
        },
        Unpeer("unpeer before the ForeignClusters are there", "`ForeignClusterTime`") with
        {
            Consumer = o => o.ForeignClusterTime = TimeSpan.FromMinutes(1),
            Provider = o => o.ForeignClusterTime = TimeSpan.FromMinutes(1),
            Before = async two =>
                await Federation.DoAsync(new PeeringAuthenticator(two.Home.Liqo, two.Rented.Liqo).Authenticate()),
            After = IsCleanAsync,
        },
        Unpeer("bidirectional unpeer", "peer both ways") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await PeerBackAsync(two);
            },
            After = two => HasNodeAsync(two, wanted: true),
        },
        Unpeer("unpeer with offloaded pods", "a pod on the virtual node") with
        {
            Before = BusyAsync,
            After = two => HasHomeNodeAsync(two, wanted: false),
        },
        new("unpeer with offloaded pods, eviction blocked by a budget", "a PodDisruptionBudget", "unpeer")
        {
            NeedsEmulatedServer = true,
            Before = async two =>
            {
                await BusyAsync(two);
                await two.Home.Admin.CreateNamespacedPodDisruptionBudgetAsync(
                    Budget(),
                    Federation.Offloaded,
                    cancellationToken: Stop
                );
            },
            Do = two => Task.FromResult(ScenarioVerb.Unpeer(two, Scenario.Short)),
            Error = typeof(WaitTimedOutException),
        },
        Unpeer("unpeer with a dead provider", "`EmulatedCluster.KillAsync`") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
            },
            Error = typeof(ClusterUnreachableException),
        },
        Force("force unpeer, APIServerStatus still Established", "`KillAsync`, and at once") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
            },
        },
        Force("force unpeer after the death was noticed", "`KillAsync`, and after `PingPeriod`") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
                await two.NoticeDeathAsync();
            },
        },
        Force("force unpeer, a drain already waiting", "delete the VirtualNode after the kill") with
        {
            Before = async two =>
            {
                await BusyAsync(two);
                await two.Rented.Cluster.KillAsync();
                await two.Home.Liqo.Port.DeleteAsync(
                    Kinds.VirtualNode,
                    OnConsumer,
                    Federation.ProviderId,
                    atOnce: false,
                    Stop
                );
            },
            After = two => HasHomeNodeAsync(two, wanted: false),
        },
        Force("namespace Terminating with leftovers", "delete the tenant namespace after the kill") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
                await two.Home.Admin.DeleteNamespaceAsync(OnConsumer, cancellationToken: Stop);
            },
        },
        Force("force unpeer before the ForeignCluster is there", "`ForeignClusterTime`, and `KillAsync`") with
        {
            Consumer = o => o.ForeignClusterTime = TimeSpan.FromMinutes(10),
            Before = async two =>
            {
                await Federation.DoAsync(new PeeringAuthenticator(two.Home.Liqo, two.Rented.Liqo).Authenticate());
                await two.Rented.Cluster.KillAsync();
            },
        },
        Force("force unpeer, crd-replicator absent", "`KillAsync`, and `ReplicatorRuns` false") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
                two.Home.Options.ReplicatorRuns = false;
            },
            Do = two => Task.FromResult(ScenarioVerb.Force(two, Scenario.Short)),
        },
        new("force unpeer, crd-replicator and controllers absent", "`EmulatedLiqo.DisposeAsync`", "force unpeer")
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
                await two.NoticeDeathAsync();
                await two.Home.Emulated.DisposeAsync();
            },
            // A real server takes more than ten seconds for a namespace.
            Do = two =>
                Task.FromResult(
                    ScenarioVerb.Force(two, TimeSpan.FromMinutes(RealKubernetes.Binaries is null ? 2 : 15))
                ),

            // Only the ForeignCluster's own finalizer, which needs no provider, waits for Liqo to come back.
            Error = typeof(WaitTimedOutException),
        },
        new("depart on notice", "a pod on the virtual node", "depart")
        {
            Before = BusyAsync,
            Do = two => Task.FromResult(ScenarioVerb.Depart(two)),
            After = two => HasHomeNodeAsync(two, wanted: false),
        },
        new("depart when it is too late", "`KillAsync`", "depart")
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Cluster.KillAsync();
            },
            Do = two => Task.FromResult(ScenarioVerb.Depart(two)),
            PlanError = typeof(ClusterUnreachableException),
            After = IsCleanAsync,
        },
    ];

    private static Scenario Unpeer(string name, string shown) =>
        new(name, shown, "unpeer") { Do = two => Task.FromResult(ScenarioVerb.Unpeer(two)) };

    private static Scenario Force(string name, string shown) =>
        new(name, shown, "force unpeer") { Do = two => Task.FromResult(ScenarioVerb.Force(two)), After = IsCleanAsync };

    public static async Task BusyAsync(Federation two)
    {
        await two.PeerAsync();
        await two.OffloadAsync();
        await two.RunPodAsync();
    }

    private static async Task PeerBackAsync(Federation two)
    {
        PeeringProvisioner back = new(two.Rented.Liqo, two.Home.Liqo);
        await back.ApplyAsync(await back.PlanAsync(Federation.Spec, Stop), cancellationToken: Stop);
    }

    private static Task IsCleanAsync(Federation two)
    {
        two.Changes().ShouldBeEmpty();
        return Task.CompletedTask;
    }

    private static async Task HasHomeNodeAsync(Federation two, bool wanted) =>
        (await two.Home.Admin.ListNodeAsync(cancellationToken: Stop))
            .Items.Any(n => n.Metadata.Name == Federation.ProviderId)
            .ShouldBe(wanted);

    /// <summary>Whether the provider still uses the consumer.</summary>
    private static async Task HasNodeAsync(Federation two, bool wanted) =>
        (await two.Rented.Admin.ListNodeAsync(cancellationToken: Stop))
            .Items.Any(n => n.Metadata.Name == "homelab")
            .ShouldBe(wanted);

    private static V1PodDisruptionBudget Budget() =>
        new()
        {
            Metadata = new V1ObjectMeta { Name = "ollama" },
            Spec = new V1PodDisruptionBudgetSpec
            {
                MaxUnavailable = 0,
                Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "ollama" } },
            },
        };
}

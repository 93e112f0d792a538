using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Operations at once on one connection: what they share, and that each sees what it would see alone.</summary>
public sealed class WatchHubTests
{
    private const string Label = "test=yes";
    private static readonly Target s_all = new(
        ClusterSide.Consumer,
        new Selection(Kinds.Secret, "default") { Labels = Label }
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_operations_watch_each_for_themselves()
    {
        await using var server = await WireCluster.StartAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await using var one = new Waiter(server.Port, server.Clock);
        await using var other = new Waiter(server.Port, server.Clock);
        await one.FollowAsync(s_all);
        await other.FollowAsync(On("a"));

        await one.UntilAsync("a=1");
        await other.UntilAsync("a=1");

        Calls(server, "default").ShouldBe(["watch", "watch"]);
        Calls(server, "").ShouldBeEmpty();
    }

    [Fact]
    public async Task Three_operations_share_one_list_and_one_watch()
    {
        await using var server = await WireCluster.StartAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("b"), Stop);
        await using var crowd = await CrowdAsync(server, s_all, On("a"), On("b"));

        await server.Port.MergeAsync(Kinds.Secret, "default", "a", Value("2"), Stop);
        await server.Port.DeleteAsync(Kinds.Secret, "default", "b", atOnce: false, Stop);

        await crowd[0].UntilAsync("a=2");
        await crowd[1].UntilAsync("a=2");
        await crowd[2].UntilAsync();
        Calls(server, "").ShouldBe(["list", "watch"]);
        Calls(server, "default").ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_begins_behind_the_shared_watch_misses_neither_a_change_nor_an_end()
    {
        await using var server = await WireCluster.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await server.Port.CreateAsync(Kinds.Secret, Secret(name), Stop);
        }

        WorldReader reader = new(new ClusterPorts(server.Port, provider: null));
        var early = await reader.ReadAsync(World.Empty, [s_all, On("a"), On("b")], Stop);
        await using var crowd = await CrowdAsync(server, s_all, s_all, s_all);
        await server.Port.MergeAsync(Kinds.Secret, "default", "a", Value("2"), Stop);
        await server.Port.DeleteAsync(Kinds.Secret, "default", "b", atOnce: false, Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("d"), Stop);
        await crowd[0].UntilAsync("a=2", "c=1", "d=1");

        await using Waiter list = new(server.Port, server.Clock, early);
        await list.FollowAsync(s_all);
        await list.UntilAsync("a=2", "c=1", "d=1");
        await using Waiter changed = new(server.Port, server.Clock, early);
        await changed.FollowAsync(On("a"));
        await changed.UntilAsync("a=2", "b=1", "c=1");
        await using Waiter ended = new(server.Port, server.Clock, early);
        await ended.FollowAsync(On("b"));
        await ended.UntilAsync("a=1", "c=1");

        Calls(server, "").ShouldBe(["list", "watch"]);
    }

    [Fact]
    public async Task Who_begins_ahead_of_the_shared_watch_is_not_taken_back()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("b"), Stop);
        await using var crowd = await CrowdAsync(server, s_all, s_all, s_all);

        await WatchedAsync(server, crowd[0]);

        // While the clock stands, the watch that broke is not made again.
        server.Clock.Speed = 0;
        server.Cluster.Faults.DropWatches();
        await server.Port.MergeAsync(Kinds.Secret, "default", "a", Value("2"), Stop);
        await server.Port.MergeAsync(Kinds.Secret, "default", "b", Value("2"), Stop);
        await server.Port.DeleteAsync(Kinds.Secret, "default", "b", atOnce: false, Stop);
        WorldReader reader = new(new ClusterPorts(server.Port, provider: null));
        var now = await reader.ReadAsync(World.Empty, [s_all], Stop);
        await using Waiter ahead = new(server.Port, server.Clock, now);
        await ahead.FollowAsync(s_all);
        server.Clock.Speed = 50;
        await server.Port.CreateAsync(Kinds.Secret, Secret("c"), Stop);
        await ahead.UntilAsync("a=2", "c=1");
        await crowd[0].UntilAsync("a=2", "c=1");

        ahead.Seen.ShouldBe(["a=2", "a=2, c=1"]);
        Calls(server, "").ShouldBe(["list", "watch", "watch"]);
    }

    [Fact]
    public async Task A_shared_watch_that_breaks_goes_on_where_it_was()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        await using var crowd = await CrowdAsync(server, s_all, s_all, On("b"));

        await WatchedAsync(server, crowd[0]);
        server.Cluster.Faults.DropWatches();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("b"), Stop);

        await crowd[0].UntilAsync("a=1", "b=1");
        await crowd[1].UntilAsync("a=1", "b=1");
        await crowd[2].UntilAsync("b=1");
        Calls(server, "").ShouldBe(["list", "watch", "watch"]);
    }

    [Fact]
    public async Task History_that_the_server_forgot_is_listed_anew_for_all()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await using var crowd = await CrowdAsync(server, s_all, s_all, On("a"));
        await crowd[1].UntilAsync("a=1");
        await crowd[2].UntilAsync("a=1");

        await WatchedAsync(server, crowd[0]);
        server.Clock.Speed = 0;
        server.Cluster.Faults.DropWatches();
        await server.Port.DeleteAsync(Kinds.Secret, "default", "a", atOnce: false, Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("b"), Stop);
        server.Cluster.Faults.Compact();
        server.Clock.Speed = 50;

        await crowd[0].UntilAsync("b=1");
        await crowd[1].UntilAsync("b=1");
        await crowd[2].UntilAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("c"), Stop);
        await crowd[1].UntilAsync("b=1", "c=1");
        Calls(server, "").ShouldBe(["list", "watch", "watch", "list", "watch"]);
    }

    [Fact]
    public async Task Who_may_not_see_all_namespaces_is_refused_once_and_watches_its_own()
    {
        await using var server = await WireCluster.StartAsync();
        using var tenant = await AsTenantAsync(server);
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);

        await using (var crowd = await Waiters.StartAsync(tenant.Port, server.Clock, On("a"), On("a"), On("a")))
        {
            foreach (var waiter in crowd.All)
            {
                await waiter.UntilAsync("a=1");
            }
        }

        await using var later = await Waiters.StartAsync(tenant.Port, server.Clock, On("a"), On("a"), On("a"));
        await later[2].UntilAsync("a=1");

        Calls(server, "").ShouldBe(["list"]);
        Calls(server, "default").Count(c => c == "watch").ShouldBe(6);
    }

    [Fact]
    public async Task Who_may_not_see_all_namespaces_any_more_goes_on_by_itself()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        await using var crowd = await CrowdAsync(server, s_all, s_all, On("b"));

        await WatchedAsync(server, crowd[0]);
        server.Cluster.Faults.FailNext(403, c => c is { Verb: "watch", Namespace: "" });
        server.Cluster.Faults.DropWatches();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await server.Port.CreateAsync(Kinds.Secret, Secret("b"), Stop);

        await crowd[0].UntilAsync("a=1", "b=1");
        await crowd[1].UntilAsync("a=1", "b=1");
        await crowd[2].UntilAsync("b=1");
        Calls(server, "").ShouldBe(["list", "watch", "watch"]);
        Calls(server, "default").ShouldBe(["watch", "watch", "watch"]);
    }

    [Fact]
    public async Task An_object_that_loses_its_label_is_gone_for_those_who_select_by_it()
    {
        await using var server = await WireCluster.StartAsync();
        Target yes = new(ClusterSide.Consumer, new Selection(Kinds.Node) { Labels = "peer=x" });
        var named = Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.Node, null, "n"));
        V1ObjectMeta meta = new()
        {
            Name = "n",
            Labels = new Dictionary<string, string> { ["peer"] = "x" },
        };
        await server.Admin.CreateNodeAsync(new V1Node { Metadata = meta }, cancellationToken: Stop);
        await using var crowd = await CrowdAsync(server, yes, named, yes);
        crowd[0].World.All(ClusterSide.Consumer, Kinds.Node).ShouldHaveSingleItem();

        JsonObject labels = new() { ["peer"] = "y" };
        JsonObject patch = new() { ["metadata"] = new JsonObject { ["labels"] = labels } };
        await server.Port.MergeAsync(Kinds.Node, null, "n", patch, Stop);

        await crowd[0].UntilAsync(w => w.All(ClusterSide.Consumer, Kinds.Node).Count == 0);
        await crowd[1].UntilAsync(w => w.All(ClusterSide.Consumer, Kinds.Node).Single().Label("peer") == "y");
    }

    [Fact]
    public async Task A_follower_that_gives_up_disturbs_no_other()
    {
        await using var server = await WireCluster.StartAsync();
        await using var crowd = await CrowdAsync(server, s_all, s_all, s_all);

        await crowd[0].FollowAsync();
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);

        await crowd[1].UntilAsync("a=1");
        await crowd[2].UntilAsync("a=1");
        Calls(server, "").ShouldBe(["list", "watch"]);
    }

    [Fact]
    public async Task A_server_that_goes_away_is_told_to_every_follower()
    {
        await using var server = await WireCluster.StartAsync();
        await using var crowd = await CrowdAsync(server, s_all, s_all, On("a"));

        await server.Cluster.KillAsync();

        foreach (var waiter in crowd.All)
        {
            await Should.ThrowAsync<ClusterUnreachableException>(() => waiter.UntilAsync("never"));
        }
    }

    [Fact]
    public async Task A_list_that_fails_is_told_to_its_followers_and_asked_again_by_the_next()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        server.Cluster.Faults.FailNext(400, c => c is { Verb: "list", Namespace: "" });
        await using var one = new Waiter(server.Port, server.Clock);
        await using var other = new Waiter(server.Port, server.Clock);
        await using var third = new Waiter(server.Port, server.Clock);

        await one.FollowAsync(s_all);
        (await Should.ThrowAsync<KubernetesCallException>(() => one.UntilAsync("never"))).Status.ShouldBe(400);

        await other.FollowAsync(s_all);
        await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await other.UntilAsync("a=1");
        Calls(server, "").ShouldBe(["list", "list", "watch"]);
    }

    /// <summary>Waits until the shared watch is open, which is when something new comes through it.</summary>
    private static async Task WatchedAsync(WireCluster server, Waiter waiter)
    {
        var seen = waiter.Seen[^1];
        await server.Port.CreateAsync(Kinds.Secret, Secret("new"), Stop);
        await waiter.UntilAsync(_ => waiter.Seen[^1].Contains("new", StringComparison.Ordinal));
        await server.Port.DeleteAsync(Kinds.Secret, "default", "new", atOnce: false, Stop);
        await waiter.UntilAsync(_ => waiter.Seen[^1] == seen);
    }

    [Theory]
    [InlineData("Secret", "liqo.io/signed-nonce", null, "liqo.io/signed-nonce")]
    [InlineData(
        "Secret",
        "liqo.io/remote-cluster-id=a,liqo.io/identity-type",
        null,
        "liqo.io/remote-cluster-id,liqo.io/identity-type"
    )]
    [InlineData("Secret", null, null, null)]
    [InlineData("Namespace", "liqo.io/tenant-namespace", null, "liqo.io/tenant-namespace")]
    [InlineData("Namespace", null, null, null)]
    [InlineData("Pod", "liqo.io/virtual-node=a", null, "liqo.io/virtual-node")]
    [InlineData("Pod", "liqo.io/shadowPod=true", "spec.nodeName=a", null)]
    [InlineData("Pod", null, null, null)]
    [InlineData("Node", "liqo.io/remote-cluster-id=a", null, "")]
    [InlineData("ResourceSlice", "liqo.io/remoteID=a,liqo.io/replication=true", null, "")]
    [InlineData("Identity", null, null, "")]
    [InlineData("Event", null, "involvedObject.name=a", null)]
    [InlineData("Deployment", "app=a", null, null)]
    public void What_is_shared_is_narrowed_by_Liqo_s_labels_where_others_have_such_objects(
        string kind,
        string? labels,
        string? fields,
        string? shared
    )
    {
        ResourceKind[] kinds =
        [
            Kinds.Secret,
            Kinds.Namespace,
            Kinds.Pod,
            Kinds.Node,
            Kinds.ResourceSlice,
            Kinds.Identity,
            Kinds.Event,
            Kinds.Deployment,
        ];
        Selection selection = new(kinds.Single(k => k.Kind == kind), "ns") { Labels = labels, Fields = fields };

        var wide = WatchHub.WideOf(selection);

        (wide is null ? null : wide.Labels ?? "").ShouldBe(shared);
        wide?.Namespace.ShouldBeNull();
    }

    private static Target On(string name) =>
        new(ClusterSide.Consumer, new Selection(Kinds.Secret, "default") { Name = name, Labels = Label });

    private static Secret Secret(string name) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                Labels = new Dictionary<string, string> { ["test"] = "yes" },
            },
            Data = new Dictionary<string, byte[]> { ["value"] = "1"u8.ToArray() },
        };

    private static JsonObject Value(string value) =>
        new() { ["data"] = new JsonObject { ["value"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) } };

    /// <summary>Verbs of the calls that looked at Secrets in a namespace, or in all.</summary>
    private static IEnumerable<string> Calls(WireCluster server, string ns) =>
        server.Cluster.Calls.Where(c => c.Resource == "secrets" && !c.IsWrite && c.Namespace == ns).Select(c => c.Verb);

    private static Task<Waiters> CrowdAsync(WireCluster server, params Target[] targets) =>
        Waiters.StartAsync(server.Port, server.Clock, targets);

    /// <summary>A connection of a user who may see Secrets in one namespace only.</summary>
    private static async Task<ClusterConnection> AsTenantAsync(WireCluster server)
    {
        await Grant.ToAsync(
            server.Admin,
            new Rbacv1Subject
            {
                ApiGroup = "rbac.authorization.k8s.io",
                Kind = "User",
                Name = "tenant",
            },
            "default",
            "secrets",
            "get",
            "list",
            "watch"
        );
        return server.Connect(server.Cluster.CreateTokenKubeconfig("tenant"));
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using static HybridLlm.Liqo.Tests.Wire.WireCluster;

namespace HybridLlm.Liqo.Tests.Wire;

public sealed class WorldWatchTests
{
    private static readonly Target s_maps = new(ClusterSide.Consumer, Maps);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_happens_between_the_listing_and_the_watch_is_not_missed()
    {
        await using var server = await WireCluster.StartAsync();
        ClusterPorts ports = new(server.Port, provider: null);
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("old"), Stop);
        var world = await new WorldReader(ports).ReadAsync(World.Empty, [s_maps], Stop);
        await server.Port.DeleteAsync(Kinds.ConfigMap, "default", "old", atOnce: false, Stop);
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("new"), Stop);

        world = await SeeAsync(server, world, "new");

        Names(world).ShouldBe(["new"]);
    }

    [Fact]
    public async Task A_watch_that_breaks_goes_on_where_it_was()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        await using WorldWatch watch = new(new ClusterPorts(server.Port, provider: null), server.Clock);
        var world = World.Empty;
        await watch.FollowAsync([s_maps], world);
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop);
        world = await UntilAsync(watch, world, "a");

        server.Cluster.Faults.DropWatches();
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("b"), Stop);
        world = await UntilAsync(watch, world, "b");

        server.Cluster.Faults.DropWatches();
        await server.Port.DeleteAsync(Kinds.ConfigMap, "default", "a", atOnce: false, Stop);
        server.Cluster.Faults.Compact();
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("c"), Stop);
        world = await UntilAsync(watch, world, "c");

        Names(world).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task Where_watching_is_not_granted_it_asks_again_and_again()
    {
        await using var server = await WireCluster.StartAsync();
        using var reader = await server.ConnectAsAsync("reader", "get", "list");
        await using WorldWatch watch = new(new ClusterPorts(reader.Port, provider: null), server.Clock);
        await watch.FollowAsync([s_maps], World.Empty);
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop);

        Names(await UntilAsync(watch, World.Empty, "a")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Where_listing_is_not_granted_the_object_itself_is_asked_for()
    {
        await using var server = await WireCluster.StartAsync();
        using var reader = await server.ConnectAsAsync("reader", "get");
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop);
        var named = Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.ConfigMap, "default", "a"));
        WorldReader worlds = new(new ClusterPorts(reader.Port, provider: null));

        Names(await worlds.ReadAsync(World.Empty, [named], Stop)).ShouldBe(["a"]);
        await Should.ThrowAsync<KubernetesCallException>(() => worlds.ReadAsync(World.Empty, [s_maps], Stop));
        Names(await worlds.ReadAsync(World.Empty, [s_maps with { IsOptional = true }], Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cluster_that_goes_away_ends_the_wait()
    {
        await using var server = await WireCluster.StartAsync();
        await using WorldWatch watch = new(new ClusterPorts(server.Port, provider: null), server.Clock);
        await server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop);
        await watch.FollowAsync([s_maps], World.Empty);
        await UntilAsync(watch, World.Empty, "a");

        await server.Cluster.KillAsync();

        await Should.ThrowAsync<ClusterUnreachableException>(() => UntilAsync(watch, World.Empty, "never"));
    }

    private static async Task<World> SeeAsync(WireCluster server, World world, string name)
    {
        await using WorldWatch watch = new(new ClusterPorts(server.Port, provider: null), server.Clock);
        await watch.FollowAsync([s_maps], world);
        return await UntilAsync(watch, world, name);
    }

    private static async Task<World> UntilAsync(WorldWatch watch, World world, string name)
    {
        while (!Names(world).Contains(name))
        {
            world = await watch.NextAsync(world, Stop);
        }

        return world;
    }

    private static IEnumerable<string> Names(World world) =>
        world.All(ClusterSide.Consumer, Kinds.ConfigMap).Select(m => m.Name);
}

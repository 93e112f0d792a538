using System.Globalization;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>How long a shared watch lives, and what it learns from bookmarks.</summary>
public sealed class SharedWatchTests
{
    private static readonly Target s_all = new(
        ClusterSide.Consumer,
        new Selection(Kinds.Secret, "default") { Labels = "test=yes" }
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_ends_with_the_last_operation_and_begins_anew_with_others()
    {
        await using var server = await WireCluster.StartAsync();
        ScriptedWatches watches = new();
        using var connection = Connect(server, watches);
        ScriptedWatch first;
        await using (await StartAsync(connection, server))
        {
            first = await watches.NextAsync();
            connection.Port.Watches.Shared.ShouldHaveSingleItem();
        }

        await first.Closed;
        connection.Port.Watches.Shared.ShouldBeEmpty();

        await using var later = await StartAsync(connection, server);
        await watches.NextAsync();
    }

    [Fact]
    public async Task It_ends_with_the_connection()
    {
        await using var server = await WireCluster.StartAsync();
        ScriptedWatches watches = new();
        using var connection = Connect(server, watches);
        var crowd = await StartAsync(connection, server);
        var open = await watches.NextAsync();

        connection.Dispose();

        await open.Closed;
        connection.Port.Watches.Shared.ShouldBeEmpty();
        await Should.ThrowAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var _ in connection.Port.Watches.FollowAsync(s_all.Selection, null, Stop)) { }
        });
    }

    [Fact]
    public async Task It_is_not_renewed_while_nobody_follows_it()
    {
        await using var server = await WireCluster.StartAsync();
        ScriptedWatches watches = new();
        using var connection = Connect(server, watches);
        await using var crowd = await StartAsync(connection, server);
        var first = await watches.NextAsync();

        foreach (var waiter in crowd.All)
        {
            await waiter.FollowAsync();
        }

        await first.EndAsync();
        await first.Closed;
        while (connection.Port.Watches.Shared.Count > 0)
        {
            await Task.Yield();
        }

        await crowd[0].FollowAsync(s_all);
        await watches.NextAsync();
        server.Cluster.Calls.Count(c => c is { Resource: "secrets", Verb: "list", Namespace: "" }).ShouldBe(2);
    }

    [Fact]
    public async Task A_bookmark_takes_it_past_a_version_whose_object_is_gone()
    {
        await using var server = await WireCluster.StartAsync();
        ScriptedWatches watches = new();
        using var connection = Connect(server, watches);
        await using var crowd = await StartAsync(connection, server);
        var open = await watches.NextAsync();

        // An object that came and went while the watch told nothing of it: only the bookmark says that it will not.
        var made = await server.Port.CreateAsync(Kinds.Secret, Secret("a"), Stop);
        await server.Port.DeleteAsync(Kinds.Secret, "default", "a", atOnce: false, Stop);
        var world = World.Empty.With(ClusterSide.Consumer, Kinds.Secret, made);
        await open.BookmarkAsync(ulong.Parse(made.Metadata.ResourceVersion!, CultureInfo.InvariantCulture) + 1);
        await open.EndAsync();
        var second = await watches.NextAsync();
        await using Waiter waiter = new(connection.Port, server.Clock, world);
        await waiter.FollowAsync(
            Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.Secret, "default", "a"), "test=yes", known: null)
        );

        await waiter.UntilAsync();
        second.Query.ShouldContain(
            $"resourceVersion={ulong.Parse(made.Metadata.ResourceVersion!, CultureInfo.InvariantCulture) + 1}"
        );
    }

    private static ClusterConnection Connect(WireCluster server, ScriptedWatches watches) =>
        ClusterConnection.FromKubeconfig(
            server.Cluster.AdminKubeconfig,
            new ClusterConnectionOptions { Time = server.Clock, Handlers = [watches] }
        );

    private static Task<Waiters> StartAsync(ClusterConnection connection, WireCluster server) =>
        Waiters.StartAsync(connection.Port, server.Clock, s_all, s_all, s_all);

    private static Secret Secret(string name) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                Labels = new Dictionary<string, string> { ["test"] = "yes" },
            },
        };
}

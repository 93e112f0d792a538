using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class ReadingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app=web", "a b")]
    [InlineData("app!=web", "c")]
    [InlineData("app in (web, db),tier", "b")]
    [InlineData("!tier", "a c")]
    [InlineData("tier notin (front)", "a c")]
    public async Task Label_selectors_select(string selector, string expected)
    {
        await using var cluster = await TestCluster.StartAsync();
        await CreateAsync(cluster, "a", ("app", "web"));
        await CreateAsync(cluster, "b", ("app", "web"), ("tier", "front"));
        await CreateAsync(cluster, "c", ("app", "db"));

        var list = await cluster.Client.ListNamespacedConfigMapAsync(
            "default",
            labelSelector: selector,
            cancellationToken: Stop
        );

        string.Join(' ', list.Items.Select(i => i.Metadata.Name)).ShouldBe(expected);
    }

    [Fact]
    public async Task An_unknown_field_in_a_selector_is_a_bad_request()
    {
        await using var cluster = await TestCluster.StartAsync();

        var refused = await TrapTests.FailAsync(
            cluster.Client.ListNamespacedConfigMapAsync("default", fieldSelector: "data.x=1", cancellationToken: Stop)
        );

        refused.Message.ShouldEndWith(
            "\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        );
    }

    [Fact]
    public async Task Pages_show_the_list_as_it_was_when_the_first_one_was_read()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await CreateAsync(cluster, name);
        }

        var first = await cluster.Client.ListNamespacedConfigMapAsync("default", limit: 2, cancellationToken: Stop);
        await cluster.Client.DeleteNamespacedConfigMapAsync("c", "default", cancellationToken: Stop);
        var second = await cluster.Client.ListNamespacedConfigMapAsync(
            "default",
            limit: 2,
            continueParameter: first.Metadata.ContinueProperty,
            cancellationToken: Stop
        );

        first.Items.Select(i => i.Metadata.Name).ShouldBe(["a", "b"]);
        first.Metadata.RemainingItemCount.ShouldBe(1);
        second.Items.Select(i => i.Metadata.Name).ShouldBe(["c"]);
        second.Metadata.ContinueProperty.ShouldBeNull();
    }

    [Fact]
    public async Task A_page_from_before_a_compaction_is_gone()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");
        var first = await cluster.Client.ListNamespacedConfigMapAsync("default", limit: 1, cancellationToken: Stop);

        cluster.Cluster.Faults.Compact();
        var gone = await TrapTests.FailAsync(
            cluster.Client.ListNamespacedConfigMapAsync(
                "default",
                limit: 1,
                continueParameter: first.Metadata.ContinueProperty,
                cancellationToken: Stop
            )
        );

        gone.Code.ShouldBe(410);
        gone.Reason.ShouldBe("Expired");
    }

    [Fact]
    public async Task A_watch_tells_what_enters_changes_and_leaves_its_selection()
    {
        await using var cluster = await TestCluster.StartAsync();
        var list = await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop);
        var map = await CreateAsync(cluster, "a", ("app", "web"));
        map.Data = new Dictionary<string, string> { ["k"] = "v" };
        map = await cluster.Client.ReplaceNamespacedConfigMapAsync(map, "a", "default", cancellationToken: Stop);
        map.Metadata.Labels["app"] = "db";
        map = await cluster.Client.ReplaceNamespacedConfigMapAsync(map, "a", "default", cancellationToken: Stop);
        map.Metadata.Labels["app"] = "web";
        await cluster.Client.ReplaceNamespacedConfigMapAsync(map, "a", "default", cancellationToken: Stop);
        await cluster.Client.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);

        List<string> seen = [];
        await foreach (
            var (type, o) in cluster.Client.CoreV1.WatchListNamespacedConfigMapAsync(
                "default",
                labelSelector: "app=web",
                resourceVersion: list.Metadata.ResourceVersion,
                cancellationToken: Stop
            )
        )
        {
            seen.Add($"{type}{o.Data?.Count ?? 0}");
            if (seen.Count == 5)
            {
                break;
            }
        }

        seen.ShouldBe(["Added0", "Modified1", "Deleted1", "Added1", "Deleted1"]);
    }

    [Fact]
    public async Task A_dropped_watch_breaks_off()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        await CreateAsync(cluster, "a");

        await Should.ThrowAsync<IOException>(async () =>
        {
            await foreach (
                var _ in cluster.Client.CoreV1.WatchListNamespacedConfigMapAsync("default", cancellationToken: Stop)
            )
            {
                cluster.Cluster.Faults.DropWatches();
            }
        });
    }

    [Fact]
    public async Task Discovery_lists_the_kinds_that_are_served()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);

        var core = await cluster.Client.CoreV1.GetAPIResourcesAsync(Stop);
        var groups = await cluster.Client.Apis.GetAPIVersionsAsync(Stop);
        var version = await cluster.Client.Version.GetCodeAsync(Stop);

        core.Resources.Single(r => r.Name == "pods").Namespaced.ShouldBeTrue();
        core.Resources.ShouldContain(r => r.Name == "nodes/status");
        groups.Groups.Select(g => g.Name).ShouldContain(Widgets.Group);
        version.GitVersion.ShouldStartWith(RealKubernetes.Binaries is null ? "v1.36.2" : "v1.");
    }

    private static Task<V1ConfigMap> CreateAsync(TestCluster cluster, string name, params (string, string)[] labels) =>
        cluster.Client.CreateNamespacedConfigMapAsync(
            new V1ConfigMap
            {
                Metadata = new V1ObjectMeta { Name = name, Labels = labels.ToDictionary(l => l.Item1, l => l.Item2) },
            },
            "default",
            cancellationToken: Stop
        );
}

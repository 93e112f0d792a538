using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

/// <summary>What surprises users of KubernetesClient on a real API server, and so must on this one.</summary>
public sealed class TrapTests
{
    private static readonly V1Patch.PatchType s_apply = V1Patch.PatchType.ApplyPatch;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Applying_without_a_kind_is_a_bad_request()
    {
        await using var cluster = await TestCluster.StartAsync();

        var refused = await FailAsync(ApplyAsync(cluster, CrudTests.Map("a", "1")));

        refused.Code.ShouldBe(400);
        refused.Message.ShouldContain(
            await RealKubernetes.IsBeforeAsync(1, 25)
                ? "Incorrect version specified in apply patch"
                : "invalid object type: /, Kind="
        );
    }

    [Fact]
    public async Task Items_of_a_typed_list_have_no_kind()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("a", "1"),
            "default",
            cancellationToken: Stop
        );

        var list = await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop);

        list.Kind.ShouldBe("ConfigMapList");
        list.Items.Single().Kind.ShouldBeNull();
    }

    [Fact]
    public async Task Applying_without_a_field_manager_is_invalid()
    {
        await using var cluster = await TestCluster.StartAsync();

        var refused = await FailAsync(ApplyAsync(cluster, Applied("1"), manager: null));

        refused.Code.ShouldBe(422);
    }

    [Fact]
    public async Task Applying_what_was_read_back_is_a_bad_request()
    {
        await using var cluster = await TestCluster.StartAsync();
        var applied = await ApplyAsync(cluster, Applied("1"));
        applied.Kind = "ConfigMap";
        applied.ApiVersion = "v1";

        var refused = await FailAsync(ApplyAsync(cluster, applied));

        refused.Code.ShouldBe(400);
        refused.Message.ShouldBe("metadata.managedFields must be nil");
    }

    [Fact]
    public async Task Applying_the_same_again_keeps_the_version()
    {
        await using var cluster = await TestCluster.StartAsync();

        var first = await ApplyAsync(cluster, Applied("1"));
        var second = await ApplyAsync(cluster, Applied("1"));

        second.Metadata.ResourceVersion.ShouldBe(first.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Two_managers_of_one_field_conflict_unless_forced()
    {
        await using var cluster = await TestCluster.StartAsync();
        await ApplyAsync(cluster, Applied("1"), "one");

        var refused = await FailAsync(ApplyAsync(cluster, Applied("2"), "two"));
        refused.Code.ShouldBe(409);
        refused.Message.ShouldContain("conflict with \"one\": .data.key");

        (await ApplyAsync(cluster, Applied("2"), "two", force: true)).Data["key"].ShouldBe("2");
    }

    [Fact]
    public async Task What_a_manager_no_longer_applies_goes()
    {
        await using var cluster = await TestCluster.StartAsync();
        var more = Applied("1");
        more.Data["other"] = "x";
        await ApplyAsync(cluster, more);

        var less = await ApplyAsync(cluster, Applied("1"));

        less.Data.Keys.ShouldBe(["key"]);
    }

    [Fact]
    public async Task A_patch_may_be_text_or_an_object()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        const V1Patch.PatchType merge = V1Patch.PatchType.MergePatch;

        await cluster.Client.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"data":{"text":"1"}}""", merge),
            "a",
            "default",
            cancellationToken: Stop
        );
        var patched = await cluster.Client.PatchNamespacedConfigMapAsync(
            new V1Patch(new { data = new { o = "2" } }, merge),
            "a",
            "default",
            cancellationToken: Stop
        );

        patched.Data.Keys.Order().ShouldBe(["key", "o", "text"]);
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_version_reports_it_only_to_the_error_handler()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        cluster.Cluster.Faults.Compact();

        List<Exception> errors = [];
        var events = 0;
        await foreach (
            var _ in cluster.Client.CoreV1.WatchListNamespacedConfigMapAsync(
                "default",
                resourceVersion: "101",
                onError: errors.Add,
                cancellationToken: Stop
            )
        )
        {
            events++;
        }

        events.ShouldBe(0);
        errors.OfType<KubernetesException>().Single().Status.Code.ShouldBe(410);
    }

    [Fact]
    public async Task A_watch_that_has_lasted_as_long_as_asked_ends_in_silence()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        List<Exception> errors = [];

        await foreach (
            var _ in cluster.Client.CoreV1.WatchListNamespacedConfigMapAsync(
                "default",
                timeoutSeconds: 1,
                onError: errors.Add,
                cancellationToken: Stop
            )
        ) { }

        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Custom_resources_come_as_json_elements()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);
        await Widgets.CreateAsync(cluster, "w", new { size = 1 });

        var read = await cluster.Client.CustomObjects.GetNamespacedCustomObjectAsync(
            Widgets.Group,
            "v1",
            "default",
            "widgets",
            "w",
            Stop
        );

        read.ShouldBeOfType<JsonElement>().GetProperty("spec").GetProperty("size").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_answered_in_plain_text()
    {
        await using var cluster = await TestCluster.StartAsync();

        var missing = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.CustomObjects.ListClusterCustomObjectAsync(
                "nowhere.io",
                "v1",
                "things",
                cancellationToken: Stop
            )
        );

        missing.Response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        missing.Response.Content.Trim().ShouldBe("404 page not found");
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<V1Status>(missing.Response.Content));
    }

    [Fact]
    public async Task A_missing_kind_is_filled_in_for_built_in_kinds_only()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);

        var made = await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        made.Kind.ShouldBe("ConfigMap");
        var refused = await FailAsync(
            cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(
                new { metadata = new { name = "w" } },
                Widgets.Group,
                "v1",
                "default",
                "widgets",
                cancellationToken: Stop
            )
        );

        refused.Code.ShouldBe(400);
    }

    private static V1ConfigMap Applied(string value)
    {
        var map = CrudTests.Map("a", value);
        map.Kind = "ConfigMap";
        map.ApiVersion = "v1";
        return map;
    }

    private static Task<V1ConfigMap> ApplyAsync(
        TestCluster cluster,
        V1ConfigMap map,
        string? manager = "tests",
        bool force = false
    ) =>
        cluster.Client.PatchNamespacedConfigMapAsync(
            new V1Patch(map, s_apply),
            "a",
            "default",
            fieldManager: manager,
            force: force ? true : null,
            cancellationToken: Stop
        );

    internal static async Task<V1Status> FailAsync(Task call)
    {
        var failed = await Should.ThrowAsync<HttpOperationException>(call);
        return KubernetesJson.Deserialize<V1Status>(failed.Response.Content);
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;
using k8s;
using k8s.Models;
using static HybridLlm.Liqo.Tests.Wire.WireCluster;

namespace HybridLlm.Liqo.Tests.Wire;

public sealed class KubernetesPortTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_created_read_changed_and_deleted()
    {
        await using var server = await WireCluster.StartAsync();
        var port = server.Port;

        var made = await port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop);
        made.Metadata.Uid.ShouldNotBeNullOrEmpty();
        JsonObject patch = new() { ["data"] = new JsonObject { ["more"] = "2" } };
        await port.MergeAsync(Kinds.ConfigMap, "default", "a", patch, Stop);

        var read = (await port.GetAsync(Kinds.ConfigMap, "default", "a", Stop)).ShouldBeOfType<ConfigMap>();
        read.Data.ShouldBe(new Dictionary<string, string> { ["value"] = "1", ["more"] = "2" }, ignoreOrder: true);
        (await port.DeleteAsync(Kinds.ConfigMap, "default", "a", atOnce: false, Stop)).ShouldBeNull();
        (await port.DeleteAsync(Kinds.ConfigMap, "default", "a", atOnce: false, Stop)).ShouldBeNull();
        (await port.GetAsync(Kinds.ConfigMap, "default", "a", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Every_write_says_whose_it_is()
    {
        await using var server = await WireCluster.StartAsync();
        var admin = server.Port;
        async Task<List<string>> ManagersAsync() =>
            [
                .. (await admin.Questions.ReadWholeAsync("api/v1/namespaces/default/configmaps/a", Stop))!["metadata"]![
                    "managedFields"
                ]!
                    .AsArray()
                    .Select(m => $"{m!["manager"]} {m["operation"]} {string.Join(",", Fields(m["fieldsV1"]!))}"),
            ];

        await admin.CreateAsync(Kinds.ConfigMap, Map("a", "1", "example.com/one"), Stop);
        await admin.MergeAsync(Kinds.ConfigMap, "default", "a", Data("more"), Stop);
        await server.Admin.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"data":{"theirs":"3"}}""", V1Patch.PatchType.MergePatch),
            "a",
            "default",
            fieldManager: "kubectl",
            cancellationToken: Stop
        );
        await admin.ReleaseAsync(Kinds.ConfigMap, "default", "a", 0, "example.com/one", Stop);

        (await ManagersAsync()).ShouldBe(
            ["hybridllm-liqo Update more,value", "kubectl Update theirs"],
            ignoreOrder: true
        );

        using var updater = await server.ConnectAsAsync("updater", "get", "update");
        await updater.Port.MergeAsync(Kinds.ConfigMap, "default", "a", Data("put"), Stop);

        (await ManagersAsync()).ShouldBe(
            ["hybridllm-liqo Update more,put,value", "kubectl Update theirs"],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        await using var server = await WireCluster.StartAsync();
        for (var i = 0; i < 501; i++)
        {
            await server.Port.CreateAsync(Kinds.ConfigMap, Map($"m{i}"), Stop);
        }

        var list = await server.Port.ListAsync(Maps, Stop);

        list.Items.Count.ShouldBe(501);
        server.Cluster.Calls.Count(c => c is { Verb: "list", Resource: "configmaps" }).ShouldBe(2);
    }

    [Fact]
    public async Task A_finalizer_is_taken_away_only_where_it_was_seen()
    {
        await using var server = await WireCluster.StartAsync();
        var port = server.Port;
        await port.CreateAsync(Kinds.ConfigMap, Map("a", "1", "example.com/one", "example.com/two"), Stop);
        var held = await port.DeleteAsync(Kinds.ConfigMap, "default", "a", atOnce: false, Stop);
        held.ShouldNotBeNull().IsGoing.ShouldBeTrue();

        var refusal = await Should.ThrowAsync<KubernetesCallException>(() =>
            port.ReleaseAsync(Kinds.ConfigMap, "default", "a", 0, "example.com/two", Stop)
        );
        refusal.Kind.ShouldBe(KubernetesErrorKind.Invalid);
        var left = await port.ReleaseAsync(Kinds.ConfigMap, "default", "a", 0, "example.com/one", Stop);
        left.ShouldNotBeNull().Metadata.Finalizers.ShouldBe(["example.com/two"]);
        (await port.ReleaseAsync(Kinds.ConfigMap, "default", "a", 0, "example.com/two", Stop)).ShouldBeNull();
        (await port.GetAsync(Kinds.ConfigMap, "default", "a", Stop)).ShouldBeNull();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_call_that_may_succeed_later_is_made_again(int status)
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        server.Cluster.Faults.FailNext(status, c => c.Verb == "create", count: 3);

        (await server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop)).Name.ShouldBe("a");

        server.Cluster.Calls.Count(c => c is { Verb: "create", Status: var s } && s == status).ShouldBe(3);
    }

    [Fact]
    public async Task A_call_that_never_succeeds_ends_with_the_server_s_words()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var server = await WireCluster.StartAsync();
        server.Cluster.Faults.FailNext(500, c => c.Verb == "create", count: 100);

        var refusal = await Should.ThrowAsync<KubernetesCallException>(() =>
            server.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop)
        );

        (refusal.Kind, refusal.Status).ShouldBe((KubernetesErrorKind.Unavailable, 500));
        refusal.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_kind_nobody_serves_means_that_Liqo_is_missing()
    {
        await using var server = await WireCluster.StartAsync();

        var refusal = await Should.ThrowAsync<KubernetesCallException>(() =>
            server.Port.ListAsync(new Selection(Kinds.ForeignCluster), Stop)
        );

        refusal.Kind.ShouldBe(KubernetesErrorKind.ApiMissing);
        refusal.Remedy.ShouldContain("Install Liqo");
    }

    [Fact]
    public async Task A_user_who_may_not_is_told_which_right_is_missing()
    {
        await using var server = await WireCluster.StartAsync();
        using var reader = await server.ConnectAsAsync("reader", "get");

        var refusal = await Should.ThrowAsync<KubernetesCallException>(() =>
            reader.Port.CreateAsync(Kinds.ConfigMap, Map("a"), Stop)
        );

        refusal.Kind.ShouldBe(KubernetesErrorKind.Forbidden);
        refusal.Message.ShouldContain("reader");
    }

    [Fact]
    public async Task A_server_that_is_gone_does_not_answer()
    {
        await using var server = await WireCluster.StartAsync();
        (await server.Port.AnswersAsync(TimeSpan.FromSeconds(5), Stop)).ShouldBeTrue();
        await server.Cluster.KillAsync();

        (await server.Port.AnswersAsync(TimeSpan.FromSeconds(5), Stop)).ShouldBeFalse();
        var lost = await Should.ThrowAsync<ClusterUnreachableException>(() =>
            server.Port.GetAsync(Kinds.ConfigMap, "default", "a", Stop)
        );
        lost.Server.ShouldBe(server.Cluster.Server);
        lost.Remedy.ShouldContain("ForcedPeeringRemover");
    }

    [Fact]
    public async Task A_server_with_another_authority_counts_as_gone()
    {
        await using var server = await WireCluster.StartAsync();
        await using var other = await WireCluster.StartAsync();
        using var impostor = server.Connect(
            server.Cluster.AdminKubeconfig.Replace(
                server.Cluster.Server.Authority,
                other.Cluster.Server.Authority,
                StringComparison.Ordinal
            )
        );

        (await impostor.Port.AnswersAsync(TimeSpan.FromSeconds(5), Stop)).ShouldBeFalse();
    }

    private static JsonObject Data(string name) => new() { ["data"] = new JsonObject { [name] = "1" } };

    /// <summary>Names of the data that a manager owns.</summary>
    private static IEnumerable<string> Fields(JsonNode owned) =>
        (owned["f:data"] as JsonObject ?? [])
            .Select(f => f.Key)
            .Where(f => f != ".")
            .Select(f => f["f:".Length..])
            .Order(StringComparer.Ordinal);
}

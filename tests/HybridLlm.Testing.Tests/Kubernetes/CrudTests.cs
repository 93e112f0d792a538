using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class CrudTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_created_read_changed_and_deleted()
    {
        await using var cluster = await TestCluster.StartAsync();

        var made = await cluster.Client.CreateNamespacedConfigMapAsync(
            Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        made.Metadata.Uid.ShouldNotBeNullOrEmpty();
        made.Metadata.CreationTimestamp.ShouldNotBeNull();
        made.Metadata.NamespaceProperty.ShouldBe("default");

        made.Data["key"] = "2";
        var changed = await cluster.Client.ReplaceNamespacedConfigMapAsync(
            made,
            "a",
            "default",
            cancellationToken: Stop
        );
        changed.Metadata.ResourceVersion.ShouldNotBe(made.Metadata.ResourceVersion);
        (await cluster.Client.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Stop))
            .Data["key"]
            .ShouldBe("2");

        var status = await cluster.Client.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);
        status.Status.ShouldBe("Success");
        var gone = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Stop)
        );
        gone.Response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        KubernetesJson.Deserialize<V1Status>(gone.Response.Content).Message.ShouldBe("configmaps \"a\" not found");
    }

    [Fact]
    public async Task A_node_has_no_taint_twice()
    {
        await using var cluster = await TestCluster.StartAsync();
        V1Taint taint = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };
        V1Node node = new()
        {
            Metadata = new V1ObjectMeta { Name = "gpu" },
            Spec = new V1NodeSpec { Taints = [taint] },
        };
        node = await cluster.Client.CreateNodeAsync(node, cancellationToken: Stop);

        node.Spec.Taints.Add(taint);
        var refusal = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.ReplaceNodeAsync(node, "gpu", cancellationToken: Stop)
        );

        refusal.Response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        // An update is judged both as a node and as a change of one.
        var causes = KubernetesJson.Deserialize<V1Status>(refusal.Response.Content).Details.Causes;
        causes.Count.ShouldBe(2);
        causes.ShouldAllBe(c => c.Reason == "FieldValueDuplicate");
        causes.ShouldAllBe(c => c.Field == $"metadata.taints[{node.Spec.Taints.Count - 1}]");
    }

    [Fact]
    public async Task A_stale_replace_is_a_conflict_and_changes_nothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        var first = await cluster.Client.CreateNamespacedConfigMapAsync(
            Map("a", "1"),
            "default",
            cancellationToken: Stop
        );
        first.Data["key"] = "2";
        await cluster.Client.ReplaceNamespacedConfigMapAsync(first, "a", "default", cancellationToken: Stop);

        first.Data["key"] = "3";
        var conflict = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.ReplaceNamespacedConfigMapAsync(first, "a", "default", cancellationToken: Stop)
        );

        conflict.Response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await cluster.Client.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Stop))
            .Data["key"]
            .ShouldBe("2");
    }

    [Fact]
    public async Task A_replace_that_changes_nothing_keeps_the_version()
    {
        await using var cluster = await TestCluster.StartAsync();
        var first = await cluster.Client.CreateNamespacedConfigMapAsync(
            Map("a", "1"),
            "default",
            cancellationToken: Stop
        );

        var second = await cluster.Client.ReplaceNamespacedConfigMapAsync(
            first,
            "a",
            "default",
            cancellationToken: Stop
        );

        second.Metadata.ResourceVersion.ShouldBe(first.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Creating_what_is_there_already_is_a_conflict()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(Map("a", "1"), "default", cancellationToken: Stop);

        var conflict = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.CreateNamespacedConfigMapAsync(Map("a", "1"), "default", cancellationToken: Stop)
        );

        KubernetesJson.Deserialize<V1Status>(conflict.Response.Content).Reason.ShouldBe("AlreadyExists");
    }

    [Fact]
    public async Task Nothing_is_created_in_a_namespace_that_is_not_there()
    {
        await using var cluster = await TestCluster.StartAsync();

        var missing = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.CreateNamespacedConfigMapAsync(Map("a", "1"), "nowhere", cancellationToken: Stop)
        );

        KubernetesJson
            .Deserialize<V1Status>(missing.Response.Content)
            .Message.ShouldBe("namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task A_generated_name_starts_as_asked()
    {
        await using var cluster = await TestCluster.StartAsync();
        V1ConfigMap map = new() { Metadata = new V1ObjectMeta { GenerateName = "web-" } };

        var made = await cluster.Client.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: Stop);

        made.Metadata.Name.ShouldStartWith("web-");
        made.Metadata.Name.Length.ShouldBe(9);
    }

    [Fact]
    public async Task Finalizers_hold_a_deleted_object_until_the_last_one_goes()
    {
        await using var cluster = await TestCluster.StartAsync();
        var map = Map("a", "1");
        map.Metadata.Finalizers = ["example.com/one", "example.com/two"];
        await cluster.Client.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: Stop);

        await cluster.Client.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);
        var held = await cluster.Client.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);
        held.Metadata.DeletionTimestamp.ShouldNotBeNull();
        const string removeFirst = """
            [{"op":"test","path":"/metadata/finalizers/0","value":"example.com/one"},{"op":"remove","path":"/metadata/finalizers/0"}]
            """;
        await PatchAsync(cluster, removeFirst);
        await PatchAsync(cluster, removeFirst.Replace("one", "two", StringComparison.Ordinal));

        (await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop)).Items.ShouldBeEmpty();

        Task PatchAsync(TestCluster c, string patch) =>
            c.Client.PatchNamespacedConfigMapAsync(
                new V1Patch(patch, V1Patch.PatchType.JsonPatch),
                "a",
                "default",
                cancellationToken: Stop
            );
    }

    [Fact]
    public async Task A_json_patch_whose_test_fails_changes_nothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedConfigMapAsync(Map("a", "1"), "default", cancellationToken: Stop);

        var failed = await Should.ThrowAsync<HttpOperationException>(
            cluster.Client.PatchNamespacedConfigMapAsync(
                new V1Patch(
                    """[{"op":"test","path":"/data/key","value":"9"},{"op":"remove","path":"/data/key"}]""",
                    V1Patch.PatchType.JsonPatch
                ),
                "a",
                "default",
                cancellationToken: Stop
            )
        );

        failed.Response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Secrets_written_in_clear_are_read_in_base64()
    {
        await using var cluster = await TestCluster.StartAsync();
        V1Secret secret = new()
        {
            Metadata = new V1ObjectMeta { Name = "s" },
            StringData = new Dictionary<string, string> { ["nonce"] = "abc" },
        };

        var made = await cluster.Client.CreateNamespacedSecretAsync(secret, "default", cancellationToken: Stop);

        made.Data["nonce"].ShouldBe("abc"u8.ToArray());
        made.StringData.ShouldBeNull();
        made.Type.ShouldBe("Opaque");
    }

    [Fact]
    public async Task Status_and_the_rest_are_written_apart()
    {
        await using var cluster = await TestCluster.StartAsync(o => o.Controllers = false);
        var node = await cluster.Client.CreateNodeAsync(
            new V1Node
            {
                Metadata = new V1ObjectMeta { Name = "n" },
                Spec = new V1NodeSpec { ProviderID = "p" },
            },
            cancellationToken: Stop
        );

        node.Status.Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }];
        node.Spec.ProviderID = "ignored";
        var after = await cluster.Client.ReplaceNodeStatusAsync(node, "n", cancellationToken: Stop);

        after.Status.Conditions.Single().Type.ShouldBe("Ready");
        after.Spec.ProviderID.ShouldBe("p");
    }

    internal static V1ConfigMap Map(string name, string value) =>
        new()
        {
            Metadata = new V1ObjectMeta { Name = name },
            Data = new Dictionary<string, string> { ["key"] = value },
        };
}

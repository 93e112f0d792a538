using System.Text.Json;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class CustomResourceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Defaults_come_and_unknown_fields_go()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);

        var made = (JsonElement)await Widgets.CreateAsync(cluster, "w", new { size = 1, shape = "round" });

        JsonElement
            .DeepEquals(made.GetProperty("spec"), JsonElement.Parse("""{"size":1,"color":"red"}"""))
            .ShouldBeTrue(made.ToString());
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);

        var refused = await TrapTests.FailAsync(Widgets.CreateAsync(cluster, "w", new { color = "blue" }));

        refused.Code.ShouldBe(422);
        // A server without rules in its schemas has none that it could not check.
        var hasRules = !await RealKubernetes.IsBeforeAsync(1, 25);
        refused
            .Details.Causes.Select(c => (c.Field, c.Reason))
            .ShouldBe(
                [
                    ("spec.color", "FieldValueNotSupported"),
                    ("spec.size", "FieldValueRequired"),
                    .. hasRules ? [("<nil>", "FieldValueInvalid")] : Array.Empty<(string, string)>(),
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task An_immutable_field_cannot_be_changed()
    {
        await RealKubernetes.RequireSinceAsync(1, 25, "its schemas have no rules");
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);
        await Widgets.CreateAsync(cluster, "w", new { size = 1, id = "one" });

        var refused = await TrapTests.FailAsync(PatchAsync(cluster, """{"spec":{"id":"two"}}"""));

        refused.Message.ShouldBe(
            "Widget.example.com \"w\" is invalid: spec.id: Invalid value: \"two\": id is immutable"
        );
    }

    [Fact]
    public async Task The_generation_counts_wishes_and_not_statuses()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);
        await Widgets.CreateAsync(cluster, "w", new { size = 1 });

        Generation(await PatchAsync(cluster, """{"spec":{"size":2},"status":{"phase":"ignored"}}""")).ShouldBe(2);
        var status = (JsonElement)
            await cluster.Client.CustomObjects.PatchNamespacedCustomObjectStatusAsync(
                new V1Patch("""{"spec":{"size":3},"status":{"phase":"Done"}}""", V1Patch.PatchType.MergePatch),
                Widgets.Group,
                "v1",
                "default",
                "widgets",
                "w",
                cancellationToken: Stop
            );

        Generation(status).ShouldBe(2);
        status.GetProperty("spec").GetProperty("size").GetInt32().ShouldBe(2);
        status.GetProperty("status").GetProperty("phase").GetString().ShouldBe("Done");
    }

    [Fact]
    public async Task A_strategic_merge_patch_is_not_for_custom_resources()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Widgets.DefineAsync(cluster);
        await Widgets.CreateAsync(cluster, "w", new { size = 1 });

        var refused = await TrapTests.FailAsync(PatchAsync(cluster, "{}", V1Patch.PatchType.StrategicMergePatch));

        refused.Code.ShouldBe(415);
    }

    private static long Generation(object o) =>
        ((JsonElement)o).GetProperty("metadata").GetProperty("generation").GetInt64();

    private static Task<object> PatchAsync(
        TestCluster cluster,
        string patch,
        V1Patch.PatchType type = V1Patch.PatchType.MergePatch
    ) =>
        cluster.Client.CustomObjects.PatchNamespacedCustomObjectAsync(
            new V1Patch(patch, type),
            Widgets.Group,
            "v1",
            "default",
            "widgets",
            "w",
            cancellationToken: Stop
        );
}

using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>What this package writes is told from what Liqo's controllers and others write, and theirs is left alone.</summary>
public sealed class OwnershipTests
{
    private const string Manager = "hybridllm-liqo";
    private const string TenantPath =
        "apis/authentication.liqo.io/v1beta1/namespaces/liqo-tenant-homelab/tenants/homelab";

    private const string SlicePath =
        "apis/authentication.liqo.io/v1beta1/namespaces/liqo-tenant-aws-gpu-1/resourceslices/aws-gpu-1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peering_owns_what_it_wrote_and_no_field_of_the_controllers()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();

        // What the schema fills in belongs to whoever created the object.
        (await OwnedAsync(two.Rented, TenantPath, Manager)).ShouldBe([
            "f:authzPolicy",
            "f:clusterID",
            "f:csr",
            "f:publicKey",
            "f:signature",
            "f:tenantCondition",
        ]);
        (await OwnedAsync(two.Home, SlicePath, Manager)).ShouldBe(["f:class", "f:providerClusterID", "f:resources"]);
    }

    [Fact]
    public async Task A_resized_slice_keeps_what_the_controllers_put_beside_it()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        var before = (await two.Home.Liqo.Port.Questions.ReadWholeAsync(SlicePath, Stop))!["spec"]!;

        await two.PeerAsync(
            spec: Federation.Spec with
            {
                Resources = Federation.Spec.Resources with { Memory = "24Gi" },
            }
        );

        var after = (await two.Home.Liqo.Port.Questions.ReadWholeAsync(SlicePath, Stop))!["spec"]!;
        after["resources"]!["memory"]!.GetValue<string>().ShouldBe("24Gi");
        foreach (var theirs in new[] { "csr", "consumerClusterID" })
        {
            after[theirs]!.GetValue<string>().ShouldBe(before[theirs]!.GetValue<string>());
        }

        (await OwnedAsync(two.Home, SlicePath, Manager)).ShouldBe(["f:class", "f:providerClusterID", "f:resources"]);
    }

    [Fact]
    public async Task A_tenant_that_its_owner_cordoned_stays_so_and_belongs_to_them()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Admin.PatchNamespacedCustomObjectAsync(
            new V1Patch("""{"spec":{"tenantCondition":"Cordoned"}}""", V1Patch.PatchType.MergePatch),
            "authentication.liqo.io",
            "v1beta1",
            "liqo-tenant-homelab",
            "tenants",
            "homelab",
            fieldManager: "kubectl",
            cancellationToken: Stop
        );
        var writes = two.Rented.Writes;

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => two.PeerAsync());

        refusal.Refusal.ShouldBe(LiqoRefusal.TenantCordoned);
        two.Rented.Writes.ShouldBe(writes);
        (await OwnedAsync(two.Rented, TenantPath, "kubectl")).ShouldBe(["f:tenantCondition"]);
        (await OwnedAsync(two.Rented, TenantPath, Manager)).ShouldNotContain("f:tenantCondition");
    }

    /// <summary>Members of a spec that a manager owns, by name.</summary>
    private static async Task<IEnumerable<string>> OwnedAsync(Member member, string path, string manager)
    {
        var whole = (await member.Liqo.Port.Questions.ReadWholeAsync(path, Stop)).ShouldNotBeNull();
        return whole["metadata"]!["managedFields"]!
            .AsArray()
            .Where(m => m!["manager"]!.GetValue<string>() == manager)
            .SelectMany(m => m!["fieldsV1"]!["f:spec"] as JsonObject ?? [])
            .Select(f => f.Key)
            .Where(f => f != ".")
            .Order(StringComparer.Ordinal);
    }
}

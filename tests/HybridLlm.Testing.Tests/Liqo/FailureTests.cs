using System.Text.Json.Nodes;
using HybridLlm.Testing.Liqo.Peering;
using HybridLlm.Testing.Tests.Kubernetes;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Liqo;

public sealed class FailureTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_signature_is_told_by_an_event_only_and_the_old_status_stays()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.AuthenticateAsync();

        await clusters.Gpu.Client.CustomObjects.PatchNamespacedCustomObjectAsync(
            new V1Patch("""{"spec":{"signature":"AAAA"}}""", V1Patch.PatchType.MergePatch),
            Liqoctl.Authentication,
            "v1beta1",
            Liqoctl.GpuTenant,
            "tenants",
            "homelab",
            cancellationToken: Stop
        );

        await EventAsync(clusters.Gpu, Liqoctl.GpuTenant, "SignatureVerificationFailed");
        var tenant = await Liqoctl.FindAsync(
            clusters.Gpu,
            Liqoctl.Authentication,
            Liqoctl.GpuTenant,
            "tenants",
            "homelab"
        );
        tenant!["status"]!["authParams"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tenant_has_one_request_for_ever()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.AuthenticateAsync();
        var secret = await clusters.Gpu.Client.ReadNamespacedSecretAsync(
            "liqo-remote-certificate",
            Liqoctl.GpuTenant,
            cancellationToken: Stop
        );
        secret.Data["csr"] = "another"u8.ToArray();
        await clusters.Gpu.Client.ReplaceNamespacedSecretAsync(
            secret,
            "liqo-remote-certificate",
            Liqoctl.GpuTenant,
            cancellationToken: Stop
        );

        await EventAsync(clusters.Gpu, Liqoctl.GpuTenant, "AuthParamsFailed");
    }

    [Theory]
    [InlineData(SliceAnswer.DenyAuthentication, "Authentication", "Denied")]
    [InlineData(SliceAnswer.DenyResources, "Resources", "Denied")]
    [InlineData(SliceAnswer.NeverAnswerResources, "Authentication", "Accepted")]
    public async Task A_slice_is_answered_as_wished(SliceAnswer answer, string type, string status)
    {
        await using var clusters = await TwoClusters.StartAsync(o => o.SliceAnswer = answer);
        Liqoctl liqoctl = new(clusters);
        await liqoctl.AuthenticateAsync();
        await liqoctl.RequestResourcesAsync();

        JsonArray? conditions = null;
        await Eventually.TrueAsync(async () =>
        {
            var slice = await Liqoctl.FindAsync(
                clusters.Home,
                Liqoctl.Authentication,
                Liqoctl.HomeTenant,
                "resourceslices",
                "aws-gpu-1"
            );
            conditions = slice?["status"]?["conditions"] as JsonArray;
            return conditions?.Any(c => (string?)c!["type"] == type && (string?)c["status"] == status) == true;
        });
        conditions!.Any(c => (string?)c!["type"] == "Resources").ShouldBe(answer == SliceAnswer.DenyResources);
        (await liqoctl.NodeStateAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Webhooks_refuse_in_the_real_words()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();

        var second = await TrapTests.FailAsync(
            Liqoctl.CreateAsync(
                clusters.Gpu,
                Liqoctl.Authentication,
                Liqoctl.GpuTenant,
                "tenants",
                Named("authentication.liqo.io/v1beta1", "Tenant", "second")
            )
        );
        var other = await TrapTests.FailAsync(
            Liqoctl.CreateAsync(
                clusters.Home,
                Liqoctl.Offloading,
                "default",
                "namespaceoffloadings",
                Named("offloading.liqo.io/v1beta1", "NamespaceOffloading", "other")
            )
        );

        second.Code.ShouldBe(403);
        second.Message.ShouldBe(
            "admission webhook \"tenant.validate.liqo.io\" denied the request: a Tenant already exists in the tenant namespace"
        );
        other.Message.ShouldBe(
            "admission webhook \"nsoff.validate.liqo.io\" denied the request: NamespaceOffloading name must match offloading"
        );
    }

    [Fact]
    public async Task A_drain_that_began_before_the_provider_was_given_up_waits_until_its_pods_are_deleted_by_force()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();
        await GpuDeployment.CreateAsync(clusters.Home);
        await GpuDeployment.IsReadyAsync(clusters.Home);
        await clusters.Gpu.Cluster.KillAsync();

        await clusters.Home.Client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            Liqoctl.Offloading,
            "v1beta1",
            Liqoctl.HomeTenant,
            "virtualnodes",
            "aws-gpu-1",
            cancellationToken: Stop
        );
        V1Pod? pod = null;
        await Eventually.TrueAsync(async () =>
            (
                pod = (
                    await clusters.Home.Client.ListNamespacedPodAsync(
                        "llm-inference",
                        fieldSelector: "spec.nodeName=aws-gpu-1",
                        cancellationToken: Stop
                    )
                ).Items.Single()
            )
                .Metadata
                .DeletionTimestamp
                is not null
        );
        await liqoctl.ForceUnpeerAsync();
        await Eventually.TrueAsync(async () =>
            (
                await Liqoctl.FindAsync(
                    clusters.Home,
                    Liqoctl.Authentication,
                    Liqoctl.HomeTenant,
                    "resourceslices",
                    "aws-gpu-1"
                )
            )
                is null
        );
        (await HasTenantNamespaceAsync(clusters)).ShouldBeTrue();

        await clusters.Home.Client.DeleteNamespacedPodAsync(
            pod!.Metadata.Name,
            "llm-inference",
            gracePeriodSeconds: 0,
            cancellationToken: Stop
        );

        await Eventually.TrueAsync(async () => !await HasTenantNamespaceAsync(clusters));
    }

    private static async Task<bool> HasTenantNamespaceAsync(TwoClusters clusters) =>
        (await clusters.Home.Client.ListNamespaceAsync(cancellationToken: Stop)).Items.Any(n =>
            n.Metadata.Name == Liqoctl.HomeTenant
        );

    private static Task EventAsync(TestCluster cluster, string ns, string reason) =>
        Eventually.TrueAsync(async () =>
            (
                await cluster.Client.CoreV1.ListNamespacedEventAsync(
                    ns,
                    fieldSelector: $"reason={reason}",
                    cancellationToken: Stop
                )
            )
                .Items
                .Count > 0
        );

    private static JsonObject Named(string apiVersion, string kind, string name) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject(),
        };
}

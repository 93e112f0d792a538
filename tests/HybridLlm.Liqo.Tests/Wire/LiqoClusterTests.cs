using HybridLlm.Liqo.Clusters;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

public sealed class LiqoClusterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_without_Liqo_is_refused_with_the_way_out()
    {
        await using var server = await WireCluster.StartAsync();

        var refusal = await Should.ThrowAsync<LiqoInstallationException>(() =>
            LiqoCluster.ConnectAsync(server.Connection, cancellationToken: Stop)
        );

        refusal.Server.ShouldBe(server.Cluster.Server);
        refusal.Remedy.ShouldContain("Install Liqo");
    }

    [Fact]
    public async Task Liqo_1_0_is_refused_with_the_reason()
    {
        await using var server = await WireCluster.StartAsync();
        await InstallAsync(server, "v1.0.3", "homelab");

        var refusal = await Should.ThrowAsync<LiqoInstallationException>(() =>
            LiqoCluster.ConnectAsync(server.Connection, cancellationToken: Stop)
        );

        refusal.Version.ShouldBe(new LiqoVersion(1, 0, 3));
        refusal.Message.ShouldContain("gone for good");
    }

    [Fact]
    public async Task A_cluster_says_who_it_is()
    {
        await using var server = await WireCluster.StartAsync();
        await InstallAsync(server, "v1.2.0", "homelab");

        var cluster = await LiqoCluster.ConnectAsync(server.Connection, cancellationToken: Stop);

        (cluster.Id, cluster.Version, cluster.LiqoNamespace).ShouldBe(("homelab", LiqoVersion.Target, "liqo"));
    }

    [Fact]
    public async Task A_cluster_without_an_id_is_refused()
    {
        await using var server = await WireCluster.StartAsync();
        await InstallAsync(server, "v1.2.0", "");

        var refusal = await Should.ThrowAsync<LiqoInstallationException>(() =>
            LiqoCluster.ConnectAsync(server.Connection, cancellationToken: Stop)
        );

        refusal.Remedy.ShouldContain("clusterID");
    }

    [Fact]
    public async Task A_booting_cluster_is_waited_for()
    {
        await using var server = await WireCluster.StartAsync();
        var waiting = LiqoCluster.WaitUntilReadyAsync(
            server.Connection,
            TimeSpan.FromHours(1),
            cancellationToken: Stop
        );
        await InstallAsync(server, "v1.2.0", "homelab");
        waiting.IsCompleted.ShouldBeFalse();
        await server.Admin.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "authentication-keys" } },
            "liqo",
            cancellationToken: Stop
        );

        (await waiting).Id.ShouldBe("homelab");
    }

    [Fact]
    public async Task Patience_that_runs_out_tells_what_was_missing()
    {
        await using var server = await WireCluster.StartAsync();
        await InstallAsync(server, "v1.2.0", "homelab");

        var late = await Should.ThrowAsync<LiqoInstallationException>(() =>
            LiqoCluster.WaitUntilReadyAsync(server.Connection, TimeSpan.FromSeconds(5), cancellationToken: Stop)
        );

        late.Message.ShouldContain("authentication-keys");
    }

    private static async Task InstallAsync(WireCluster server, string version, string id)
    {
        await server.Admin.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = "liqo" } },
            cancellationToken: Stop
        );
        await server.Admin.CreateNamespacedConfigMapAsync(
            new V1ConfigMap
            {
                Metadata = new V1ObjectMeta
                {
                    Name = "liqo-clusterid-configmap",
                    Labels = new Dictionary<string, string>
                    {
                        ["app.kubernetes.io/name"] = "clusterid-configmap",
                        ["app.kubernetes.io/version"] = version,
                    },
                },
                Data = new Dictionary<string, string> { ["CLUSTER_ID"] = id },
            },
            "liqo",
            cancellationToken: Stop
        );
    }
}

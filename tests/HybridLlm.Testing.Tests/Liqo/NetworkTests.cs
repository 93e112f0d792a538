using System.Text.Json.Nodes;
using HybridLlm.Testing.Liqo.Networking;
using HybridLlm.Testing.Tests.Kubernetes;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>The network between two clusters, by the calls of <c>liqoctl network connect</c>.</summary>
public sealed class NetworkTests
{
    private const string Networking = "networking.liqo.io";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tunnel_comes_up_when_both_sides_hold_the_others_key()
    {
        await using var clusters = await StartAsync();
        await ConnectAsync(clusters);

        await IsAsync(clusters.Home, Liqoctl.HomeTenant, "gw-aws-gpu-1", "Connected");
        await IsAsync(clusters.Gpu, Liqoctl.GpuTenant, "gw-homelab", "Connected");
        var foreign = await Liqoctl.ForeignClusterAsync(clusters.Home, "aws-gpu-1");
        ((bool)foreign["status"]!["modules"]!["networking"]!["enabled"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Ranges_in_use_on_both_sides_are_moved_and_free_ones_are_kept()
    {
        await using var clusters = await StartAsync();
        await ConnectAsync(clusters);

        var configuration = await FindAsync(clusters.Home, Liqoctl.HomeTenant, "configurations", "aws-gpu-1");
        var ranges = configuration!["status"]!["remote"]!["cidr"]!;
        ((string)ranges["pod"]![0]!).ShouldBe("10.42.0.0/16");
        ((string)ranges["external"]![0]!).ShouldNotBe("10.70.0.0/16");
        ((string)configuration["spec"]!["local"]!["cidr"]!["pod"]![0]!).ShouldBe("10.244.0.0/16");
    }

    [Fact]
    public async Task With_another_key_the_tunnel_ends_in_error()
    {
        await using var clusters = await StartAsync();
        await ConnectAsync(clusters, key: Convert.ToBase64String(new byte[32]));

        await IsAsync(clusters.Home, Liqoctl.HomeTenant, "gw-aws-gpu-1", "Error");
    }

    [Theory]
    [InlineData(TunnelAnswer.StayConnecting, "Connecting")]
    [InlineData(TunnelAnswer.Fail, "Error")]
    [InlineData(TunnelAnswer.Flap, "Error", "Connected", "Error")]
    public async Task A_tunnel_goes_as_wished(TunnelAnswer answer, params string[] values)
    {
        await using var clusters = await StartAsync(answer);
        await ConnectAsync(clusters);

        foreach (var value in values)
        {
            await IsAsync(clusters.Gpu, Liqoctl.GpuTenant, "gw-homelab", value);
        }
    }

    [Theory]
    [InlineData(TunnelAnswer.NoAddress)]
    [InlineData(TunnelAnswer.PodPending)]
    public async Task A_gateway_without_pod_or_address_tells_none(TunnelAnswer answer)
    {
        await using var clusters = await StartAsync(answer);
        await CreateServerAsync(clusters);

        JsonObject? server = null;
        await Eventually.TrueAsync(async () =>
            (server = await FindAsync(clusters.Gpu, Liqoctl.GpuTenant, "gatewayservers", "homelab"))
                ?["status"]
                ?["secretRef"]
                is not null
        );
        await Task.Delay(TimeSpan.FromMilliseconds(200), Stop);
        server = await FindAsync(clusters.Gpu, Liqoctl.GpuTenant, "gatewayservers", "homelab");
        server!["status"]!["endpoint"].ShouldBeNull();
    }

    [Fact]
    public async Task A_gateway_that_is_deleted_takes_its_parts_along()
    {
        await using var clusters = await StartAsync();
        await ConnectAsync(clusters);
        await IsAsync(clusters.Home, Liqoctl.HomeTenant, "gw-aws-gpu-1", "Connected");

        await Liqoctl.DeleteAndWaitAsync(clusters.Gpu, Networking, Liqoctl.GpuTenant, "gatewayservers", "homelab");

        await Eventually.TrueAsync(() =>
            !clusters
                .Gpu.Cluster.Listing()
                .Keys.Any(k =>
                    k.Contains("gw-homelab", StringComparison.Ordinal)
                    && !k.Contains(" Event ", StringComparison.Ordinal)
                )
        );
        await IsAsync(clusters.Home, Liqoctl.HomeTenant, "gw-aws-gpu-1", "Error");
    }

    private static Task<TwoClusters> StartAsync(TunnelAnswer answer = TunnelAnswer.Connect) =>
        TwoClusters.StartAsync(
            o =>
            {
                o.HasNetworking = true;
                o.TunnelAnswer = answer;
            },
            configureHome: o => o.HasNetworking = true
        );

    private static async Task ConnectAsync(TwoClusters clusters, string? key = null)
    {
        await CreateConfigurationAsync(clusters.Home, Liqoctl.HomeTenant, "aws-gpu-1", "10.42.0.0/16");
        var endpoint = await CreateServerAsync(clusters);
        await Eventually.TrueAsync(async () =>
            (await FindAsync(clusters.Home, Liqoctl.HomeTenant, "configurations", "aws-gpu-1"))?["status"]?["remote"]
                is not null
        );
        await CreateAsync(
            clusters.Home,
            Liqoctl.HomeTenant,
            "gatewayclients",
            "GatewayClient",
            "aws-gpu-1",
            new JsonObject { ["endpoint"] = endpoint.DeepClone(), ["mtu"] = 1340 }
        );
        await ShareKeyAsync(
            clusters.Gpu,
            Liqoctl.GpuTenant,
            "homelab",
            clusters.Home,
            Liqoctl.HomeTenant,
            "aws-gpu-1",
            key
        );
        await ShareKeyAsync(
            clusters.Home,
            Liqoctl.HomeTenant,
            "aws-gpu-1",
            clusters.Gpu,
            Liqoctl.GpuTenant,
            "homelab",
            null
        );
    }

    private static async Task<JsonNode> CreateServerAsync(TwoClusters clusters)
    {
        await Liqoctl.EnsureTenantNamespaceAsync(clusters.Gpu, Liqoctl.GpuTenant, "homelab");
        await CreateConfigurationAsync(clusters.Gpu, Liqoctl.GpuTenant, "homelab", "10.244.0.0/16", hasNamespace: true);
        await CreateAsync(
            clusters.Gpu,
            Liqoctl.GpuTenant,
            "gatewayservers",
            "GatewayServer",
            "homelab",
            new JsonObject
            {
                ["mtu"] = 1340,
                ["endpoint"] = new JsonObject { ["port"] = 51840, ["serviceType"] = "LoadBalancer" },
            }
        );
        if (clusters.GpuOptions.TunnelAnswer is TunnelAnswer.NoAddress or TunnelAnswer.PodPending)
        {
            return new JsonObject();
        }

        JsonNode? endpoint = null;
        await Eventually.TrueAsync(async () =>
            (
                endpoint = (await FindAsync(clusters.Gpu, Liqoctl.GpuTenant, "gatewayservers", "homelab"))
                    ?["status"]
                    ?["endpoint"]
            )
                is not null
        );
        return endpoint!;
    }

    private static async Task CreateConfigurationAsync(
        TestCluster cluster,
        string ns,
        string remote,
        string pods,
        bool hasNamespace = false
    )
    {
        if (!hasNamespace)
        {
            await Liqoctl.EnsureTenantNamespaceAsync(cluster, ns, remote);
        }

        await CreateAsync(
            cluster,
            ns,
            "configurations",
            "Configuration",
            remote,
            new JsonObject
            {
                ["remote"] = new JsonObject
                {
                    ["cidr"] = new JsonObject
                    {
                        ["pod"] = new JsonArray(pods),
                        ["external"] = new JsonArray("10.70.0.0/16"),
                    },
                },
            }
        );
    }

    private static async Task ShareKeyAsync(
        TestCluster from,
        string fromNamespace,
        string gateway,
        TestCluster to,
        string toNamespace,
        string remote,
        string? key
    )
    {
        V1Secret? secret = null;
        await Eventually.TrueAsync(async () =>
            (
                secret = (
                    await from.Client.ListNamespacedSecretAsync(
                        fromNamespace,
                        fieldSelector: $"metadata.name=gw-{gateway}",
                        cancellationToken: Stop
                    )
                ).Items.SingleOrDefault()
            )
                is not null
        );
        secret!.Data["publicKey"].Length.ShouldBe(32);
        var o = Named("PublicKey", remote);
        o["metadata"]!["labels"] = new JsonObject
        {
            ["liqo.io/remote-cluster-id"] = remote,
            ["networking.liqo.io/gateway-resource"] = "true",
        };
        o["spec"] = new JsonObject { ["publicKey"] = key ?? Convert.ToBase64String(secret.Data["publicKey"]) };
        await Liqoctl.CreateAsync(to, Networking, toNamespace, "publickeies", o);
    }

    private static Task<object> CreateAsync(
        TestCluster cluster,
        string ns,
        string plural,
        string kind,
        string remote,
        JsonObject spec
    )
    {
        var o = Named(kind, remote);
        o["spec"] = spec;
        return Liqoctl.CreateAsync(cluster, Networking, ns, plural, o);
    }

    private static JsonObject Named(string kind, string remote)
    {
        var o = new JsonObject { ["apiVersion"] = $"{Networking}/v1beta1", ["kind"] = kind };
        o["metadata"] = new JsonObject
        {
            ["name"] = remote,
            ["labels"] = new JsonObject { ["liqo.io/remote-cluster-id"] = remote },
        };
        return o;
    }

    private static Task<JsonObject?> FindAsync(TestCluster cluster, string ns, string plural, string name) =>
        Liqoctl.FindAsync(cluster, Networking, ns, plural, name);

    private static Task IsAsync(TestCluster cluster, string ns, string name, string value) =>
        Eventually.TrueAsync(async () =>
            (string?)(await FindAsync(cluster, ns, "connections", name))?["status"]?["value"] == value
        );
}

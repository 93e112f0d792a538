using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Simulation;
using HybridLlm.Testing.Tests.Kubernetes;
using k8s;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>The homelab of the recordings, and its providers, which come and go.</summary>
internal sealed class ReplayWorld : IAsyncDisposable
{
    public const string Homelab = "homelab";

    // What scenario 32 sends: 64 zero bytes or anything else that is no signature is kept as it is.
    private static readonly byte[] s_noSignature = new byte[64];

    private readonly VirtualClock _clock = new(TimeProvider.System.GetUtcNow(), speed: 20);
    private readonly Dictionary<string, TestCluster> _clusters = new(StringComparer.Ordinal);
    private readonly List<TestCluster> _past = [];
    private EmulatedLiqo? _homeLiqo;

    /// <summary>The user that a provider makes for the homelab.</summary>
    public PeeringUserKey PeeringUser { get; } = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public TestCluster this[string name] => _clusters[name];

    public IEnumerable<string> Names => _clusters.Keys;

    public static async Task<ReplayWorld> StartAsync(params string[] providers)
    {
        ReplayWorld world = new();
        var home = await world.AddAsync(Homelab, "homelab-cp", "10.244.0.0/16");
        world._homeLiqo = EmulatedLiqo.Install(home.Cluster, new EmulatedLiqoOptions { ClusterId = Homelab });
        foreach (var provider in providers)
        {
            await world.RentAsync(provider);
        }

        return world;
    }

    /// <summary>A new provider, in place of the one that had its id.</summary>
    public async Task RentAsync(string id)
    {
        if (_clusters.Remove(id, out var before))
        {
            await before.Cluster.KillAsync();
            _past.Add(before);
        }

        var cluster = await AddAsync(id, "ip-10-20-0-11", "10.42.0.0/16");
        Uri address = new(id == "aws-gpu-1" ? "https://127.0.0.1:41443" : "https://127.0.0.1:51443");
        EmulatedLiqo.Install(
            cluster.Cluster,
            new EmulatedLiqoOptions
            {
                ClusterId = id,
                ApiServerAddress = address,
                ClusterLabels = new Dictionary<string, string> { ["liqo.io/provider"] = "k3s", ["node-type"] = "gpu" },
            }
        );
        _homeLiqo!.AddRoute(address, cluster.Cluster);
    }

    public Task KillAsync(string id) => _clusters[id].Cluster.KillAsync();

    public static bool IsWrongSignature(string base64) =>
        Convert.FromBase64String(base64) is { Length: not 64 } or [0, 0, 0, 0, ..]
        || Convert.FromBase64String(base64).AsSpan().SequenceEqual(s_noSignature);

    public k8s.Kubernetes ClientOf(string cluster, string user) =>
        user == "admin" ? _clusters[cluster].Client : PeeringUser.Connect(_clusters[cluster], user);

    public async Task<string> SecretAsync(string provider, string name, string key)
    {
        byte[]? value = null;
        await Eventually.TrueAsync(async () =>
            (
                await _clusters[provider]
                    .Client.ReadNamespacedSecretAsync(name, Liqoctl.GpuTenant, cancellationToken: Stop)
            ).Data?.TryGetValue(key, out value) == true
        );
        return Convert.ToBase64String(value!);
    }

    /// <summary>Public key, certificate request and signature of the nonce, base64.</summary>
    public async Task<(string Key, string Request, string Signature)> HandshakeAsync(string provider)
    {
        var keys = await _clusters[Homelab]
            .Client.ReadNamespacedSecretAsync("authentication-keys", "liqo", cancellationToken: Stop);
        byte[]? signature = null;
        await Eventually.TrueAsync(async () =>
            (
                await _clusters[Homelab]
                    .Client.ReadNamespacedSecretAsync(
                        "liqo-signed-nonce",
                        $"liqo-tenant-{provider}",
                        cancellationToken: Stop
                    )
            ).Data?.TryGetValue("signedNonce", out signature) == true
        );
        var request = Liqoctl.Request(Encoding.ASCII.GetString(keys.Data["privateKey"]));
        return (
            Convert.ToBase64String(keys.Data["publicKey"]),
            Convert.ToBase64String(request),
            Convert.ToBase64String(signature!)
        );
    }

    public async Task<JsonNode> AuthParamsAsync(string provider)
    {
        JsonNode? given = null;
        await Eventually.TrueAsync(async () =>
            (
                given = (
                    await Liqoctl.FindAsync(
                        _clusters[provider],
                        Liqoctl.Authentication,
                        Liqoctl.GpuTenant,
                        "tenants",
                        Homelab
                    )
                )
                    ?["status"]
                    ?["authParams"]
            )
                is not null
        );
        return given!.DeepClone();
    }

    /// <summary>The pod on a virtual node whose end is not confirmed.</summary>
    public async Task<string> ShadowPodAsync(string ns)
    {
        var pods = await _clusters[Homelab].Client.ListNamespacedPodAsync(ns, cancellationToken: Stop);
        return pods.Items.First(p => p.Metadata.DeletionTimestamp is not null).Metadata.Name;
    }

    /// <summary>Takes away what was deployed by hand, as it was done between two recordings.</summary>
    public async Task RemoveWorkloadAsync()
    {
        var client = _clusters[Homelab].Client;
        await client.DeleteNamespacedDeploymentAsync("ollama", "llm-inference", cancellationToken: Stop);
        await client.DeleteNamespacedConfigMapAsync("ollama-config", "llm-inference", cancellationToken: Stop);

        // Old servers answer this with a Status, which the client cannot read.
        Uri service = new(client.BaseUri, "api/v1/namespaces/llm-inference/services/ollama");
        (await client.HttpClient.DeleteAsync(service, Stop)).Dispose();
        await Eventually.TrueAsync(async () =>
            (await client.ListNamespacedPodAsync("llm-inference", cancellationToken: Stop)).Items.Count == 0
        );
    }

    /// <summary>Asks for the end of what a provider lends, as the first step of an unpeering does.</summary>
    public async Task DeleteSliceAsync(string provider)
    {
        await PassAsync(TimeSpan.FromSeconds(30));
        await Liqoctl.DeleteAsync(
            _clusters[Homelab],
            Liqoctl.Authentication,
            $"liqo-tenant-{provider}",
            "resourceslices",
            provider
        );
    }

    /// <summary>Lets time pass.</summary>
    public Task PassAsync(TimeSpan time) => Task.Delay(time, _clock, Stop);

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters.Values.Concat(_past))
        {
            await cluster.DisposeAsync();
        }

        PeeringUser.Dispose();
        _clock.Dispose();
    }

    private async Task<TestCluster> AddAsync(string name, string node, string pods)
    {
        var cluster = _clusters[name] = await TestCluster.StartAsync(o =>
        {
            o.Time = _clock;
            o.Name = name;
            o.PodCidr = pods;
            o.Nodes = [new EmulatedNode { Name = node, Gpus = name == Homelab ? 0 : 1 }];
        });
        await cluster.RegisteredAsync(node);
        return cluster;
    }

    /// <summary>Key and clients of the peering user, whose certificate the provider's cluster signs.</summary>
    internal sealed class PeeringUserKey : IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private k8s.Kubernetes? _client;

        /// <summary>The recorded user's certificate request with a key that .NET can use, base64 of PEM.</summary>
        public string Request()
        {
            X500DistinguishedNameBuilder name = new();
            name.AddOrganizationName("liqo.io");
            name.AddCommonName("liqo-peer-user-homelab-4d4d7cf80ef0b42dfe9887b6da255536");
            CertificateRequest request = new(name.Build(), _key, HashAlgorithmName.SHA256);
            return Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
        }

        public k8s.Kubernetes Connect(TestCluster cluster, string user) =>
            _client ??= new k8s.Kubernetes(Configuration(cluster, user));

        public void Dispose()
        {
            _client?.Dispose();
            _key.Dispose();
        }

        private KubernetesClientConfiguration Configuration(TestCluster cluster, string user)
        {
            var issued = cluster.Client.ReadCertificateSigningRequest("liqo-peer-user-homelab").Status.Certificate;
            using MemoryStream text = new(Encoding.UTF8.GetBytes(cluster.Cluster.AdminKubeconfig));
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(text);
            configuration.Username = user;
            configuration.ClientCertificateData = Convert.ToBase64String(issued);
            configuration.ClientCertificateKeyData = Convert.ToBase64String(
                Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem())
            );
            return configuration;
        }
    }
}

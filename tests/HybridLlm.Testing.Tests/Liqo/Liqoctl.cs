using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Tests.Kubernetes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>Makes the calls that liqoctl 1.2 was recorded to make, over the wire.</summary>
internal sealed class Liqoctl(TwoClusters clusters)
{
    public const string HomeTenant = "liqo-tenant-aws-gpu-1";
    public const string GpuTenant = "liqo-tenant-homelab";
    public const string Authentication = "authentication.liqo.io";
    public const string Offloading = "offloading.liqo.io";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary><c>liqoctl peer --networking-disabled</c>, until the Node is ready.</summary>
    public async Task PeerAsync()
    {
        await AuthenticateAsync();
        await RequestResourcesAsync();
        await NodeIsReadyAsync();
    }

    public async Task AuthenticateAsync()
    {
        await EnsureTenantNamespaceAsync(clusters.Home, HomeTenant, "aws-gpu-1");
        await EnsureTenantNamespaceAsync(clusters.Gpu, GpuTenant, "homelab");
        await CreateSecretAsync(clusters.Gpu, GpuTenant, "liqo-nonce", "homelab", "liqo.io/nonce", null);
        var nonce = await SecretAsync(clusters.Gpu, GpuTenant, "liqo-nonce", "nonce");
        await CreateSecretAsync(
            clusters.Home,
            HomeTenant,
            "liqo-signed-nonce",
            "aws-gpu-1",
            "liqo.io/signed-nonce",
            nonce
        );
        var signature = await SecretAsync(clusters.Home, HomeTenant, "liqo-signed-nonce", "signedNonce");
        await CreateTenantAsync(signature);
        JsonObject? tenant = null;
        await Eventually.TrueAsync(async () =>
            (tenant = await FindAsync(clusters.Gpu, Authentication, GpuTenant, "tenants", "homelab"))
                ?["status"]
                ?["authParams"]
                is not null
        );
        await CreateAsync(
            clusters.Home,
            Authentication,
            HomeTenant,
            "identities",
            Custom(
                "authentication.liqo.io/v1beta1",
                "Identity",
                "controlplane-aws-gpu-1",
                new JsonObject { ["liqo.io/remote-cluster-id"] = "aws-gpu-1" },
                new JsonObject
                {
                    ["clusterID"] = "aws-gpu-1",
                    ["type"] = "ControlPlane",
                    ["authParams"] = tenant!["status"]!["authParams"]!.DeepClone(),
                    ["namespace"] = GpuTenant,
                }
            )
        );
        await Eventually.TrueAsync(async () =>
            (await FindAsync(clusters.Home, Authentication, HomeTenant, "identities", "controlplane-aws-gpu-1"))
                ?["status"]
                ?["kubeconfigSecretRef"]
                is not null
        );
    }

    public async Task CreateTenantAsync(byte[] signature)
    {
        var keys = await clusters.Home.Client.ReadNamespacedSecretAsync(
            "authentication-keys",
            "liqo",
            cancellationToken: Stop
        );
        await CreateAsync(
            clusters.Gpu,
            Authentication,
            GpuTenant,
            "tenants",
            Custom(
                "authentication.liqo.io/v1beta1",
                "Tenant",
                "homelab",
                new JsonObject { ["liqo.io/remote-cluster-id"] = "homelab" },
                new JsonObject
                {
                    ["clusterID"] = "homelab",
                    ["publicKey"] = Convert.ToBase64String(keys.Data["publicKey"]),
                    ["csr"] = Convert.ToBase64String(Request(Encoding.ASCII.GetString(keys.Data["privateKey"]))),
                    ["signature"] = Convert.ToBase64String(signature),
                }
            )
        );
    }

    public Task RequestResourcesAsync() =>
        CreateAsync(
            clusters.Home,
            Authentication,
            HomeTenant,
            "resourceslices",
            Custom(
                "authentication.liqo.io/v1beta1",
                "ResourceSlice",
                "aws-gpu-1",
                new JsonObject
                {
                    ["liqo.io/remote-cluster-id"] = "aws-gpu-1",
                    ["liqo.io/remoteID"] = "aws-gpu-1",
                    ["liqo.io/replication"] = "true",
                },
                new JsonObject
                {
                    ["class"] = "default",
                    ["providerClusterID"] = "aws-gpu-1",
                    ["resources"] = new JsonObject
                    {
                        ["cpu"] = "4",
                        ["memory"] = "16Gi",
                        ["nvidia.com/gpu"] = "1",
                        ["pods"] = "20",
                    },
                },
                new JsonObject { ["liqo.io/create-virtual-node"] = "true" }
            )
        );

    public Task NodeIsReadyAsync() => Eventually.TrueAsync(async () => await NodeStateAsync() == "True");

    /// <summary>Status of the virtual node's Ready condition; null when there is no Node.</summary>
    public async Task<string?> NodeStateAsync()
    {
        var nodes = await clusters.Home.Client.ListNodeAsync(
            fieldSelector: "metadata.name=aws-gpu-1",
            cancellationToken: Stop
        );
        return nodes.Items.SingleOrDefault()?.Status.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status;
    }

    /// <summary><c>liqoctl offload namespace llm-inference --pod-offloading-strategy Remote --namespace-mapping-strategy EnforceSameName</c>.</summary>
    public async Task OffloadAsync()
    {
        await clusters.Home.Client.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = "llm-inference" } },
            cancellationToken: Stop
        );
        await CreateAsync(
            clusters.Home,
            Offloading,
            "llm-inference",
            "namespaceoffloadings",
            Custom(
                "offloading.liqo.io/v1beta1",
                "NamespaceOffloading",
                "offloading",
                [],
                new JsonObject
                {
                    ["clusterSelector"] = new JsonObject { ["nodeSelectorTerms"] = new JsonArray() },
                    ["podOffloadingStrategy"] = "Remote",
                    ["namespaceMappingStrategy"] = "EnforceSameName",
                }
            )
        );
        await Eventually.TrueAsync(async () => await OffloadingPhaseAsync() == "Ready");
    }

    public async Task<string?> OffloadingPhaseAsync() =>
        (string?)
            (await FindAsync(clusters.Home, Offloading, "llm-inference", "namespaceoffloadings", "offloading"))
                ?["status"]
                ?["offloadingPhase"];

    /// <summary><c>liqoctl unpeer</c>.</summary>
    public async Task UnpeerAsync()
    {
        await DeleteAndWaitAsync(clusters.Home, Authentication, HomeTenant, "resourceslices", "aws-gpu-1");
        await Eventually.TrueAsync(async () =>
            await FindAsync(clusters.Home, Offloading, HomeTenant, "virtualnodes", "aws-gpu-1") is null
        );
        await DeleteAndWaitAsync(clusters.Home, Authentication, HomeTenant, "identities", "controlplane-aws-gpu-1");
        await DeleteAndWaitAsync(clusters.Gpu, Authentication, GpuTenant, "tenants", "homelab");
    }

    /// <summary><c>liqoctl force unpeer</c>, without waiting.</summary>
    public async Task ForceUnpeerAsync()
    {
        await clusters.Home.Client.CustomObjects.PatchClusterCustomObjectAsync(
            new V1Patch(
                """{"metadata":{"annotations":{"liqo.io/foreign-cluster-permanently-unreachable":"true"}}}""",
                V1Patch.PatchType.MergePatch
            ),
            "core.liqo.io",
            "v1beta1",
            "foreignclusters",
            "aws-gpu-1",
            cancellationToken: Stop
        );
        await clusters.Home.Client.DeleteNamespaceAsync(HomeTenant, cancellationToken: Stop);
    }

    public static async Task DeleteAndWaitAsync(
        TestCluster cluster,
        string group,
        string ns,
        string plural,
        string name
    )
    {
        await cluster.Client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            group,
            "v1beta1",
            ns,
            plural,
            name,
            cancellationToken: Stop
        );
        await Eventually.TrueAsync(async () => await FindAsync(cluster, group, ns, plural, name) is null);
    }

    public static async Task<JsonObject?> FindAsync(
        TestCluster cluster,
        string group,
        string ns,
        string plural,
        string name
    )
    {
        try
        {
            var found = await cluster.Client.CustomObjects.GetNamespacedCustomObjectAsync(
                group,
                "v1beta1",
                ns,
                plural,
                name,
                Stop
            );
            return JsonObject.Create((JsonElement)found);
        }
        catch (HttpOperationException missing) when (missing.Response.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public static async Task<JsonObject> ForeignClusterAsync(TestCluster cluster, string id) =>
        JsonObject.Create(
            (JsonElement)
                await cluster.Client.CustomObjects.GetClusterCustomObjectAsync(
                    "core.liqo.io",
                    "v1beta1",
                    "foreignclusters",
                    id,
                    Stop
                )
        )!;

    public static Task<object> CreateAsync(TestCluster cluster, string group, string ns, string plural, JsonObject o) =>
        cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(
            o,
            group,
            "v1beta1",
            ns,
            plural,
            cancellationToken: Stop
        );

    public static Task<V1Namespace> EnsureTenantNamespaceAsync(TestCluster cluster, string name, string remoteId) =>
        cluster.Client.CreateNamespaceAsync(
            new V1Namespace
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    Labels = new Dictionary<string, string>
                    {
                        ["liqo.io/remote-cluster-id"] = remoteId,
                        ["liqo.io/tenant-namespace"] = "true",
                        ["pod-security.kubernetes.io/audit"] = "privileged",
                        ["pod-security.kubernetes.io/enforce"] = "privileged",
                        ["pod-security.kubernetes.io/warn"] = "privileged",
                    },
                },
            },
            cancellationToken: Stop
        );

    private static Task<V1Secret> CreateSecretAsync(
        TestCluster cluster,
        string ns,
        string name,
        string remoteId,
        string label,
        byte[]? nonce
    ) =>
        cluster.Client.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    Labels = new Dictionary<string, string>
                    {
                        ["liqo.io/remote-cluster-id"] = remoteId,
                        [label] = "true",
                    },
                },
                StringData = nonce is null
                    ? null
                    : new Dictionary<string, string> { ["nonce"] = Encoding.ASCII.GetString(nonce) },
            },
            ns,
            cancellationToken: Stop
        );

    private static async Task<byte[]> SecretAsync(TestCluster cluster, string ns, string name, string key)
    {
        byte[]? value = null;
        await Eventually.TrueAsync(async () =>
            (await cluster.Client.ReadNamespacedSecretAsync(name, ns, cancellationToken: Stop)).Data?.TryGetValue(
                key,
                out value
            ) == true
        );
        return value!;
    }

    private static JsonObject Custom(
        string apiVersion,
        string kind,
        string name,
        JsonObject labels,
        JsonObject spec,
        JsonObject? annotations = null
    ) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = labels,
                ["annotations"] = annotations,
            },
            ["spec"] = spec,
        };

    private static byte[] Request(string privatePem)
    {
        var der = Convert.FromBase64String(
            string.Concat(privatePem.Split('\n').Where(l => !l.StartsWith("---", StringComparison.Ordinal)))
        );
        var key = (Ed25519PrivateKeyParameters)PrivateKeyFactory.CreateKey(der);
        static Asn1Encodable Part(DerObjectIdentifier type, string text) =>
            new DerSet(new DerSequence(type, new DerPrintableString(text)));
        var subject = X509Name.GetInstance(new DerSequence(Part(X509Name.O, "liqo.io"), Part(X509Name.CN, "homelab")));
        Pkcs10CertificationRequest request = new("Ed25519", subject, key.GeneratePublicKey(), new DerSet(), key);
        var text = Convert.ToBase64String(request.GetEncoded());
        return Encoding.ASCII.GetBytes(
            $"-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----\n"
        );
    }
}

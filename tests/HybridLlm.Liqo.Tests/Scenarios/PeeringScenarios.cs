using System.Text.Json.Nodes;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Identities;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Liqo.Users;
using HybridLlm.Testing.Liqo.Peering;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Peerings without Liqo's network.</summary>
internal static class PeeringScenarios
{
    private const string OnProvider = "liqo-tenant-homelab";
    private const string OnConsumer = "liqo-tenant-aws-gpu-1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Peer("peer with network off", "the default", Federation.Spec with { Network = NetworkFabric.None }),
        Peer("peer with a network of one's own", "the default; ranges are disjoint", Federation.Spec),
        new("peer as a peering user, who may not list namespaces", "`PeeringUsers`; the chart's roles", "peer")
        {
            Do = async two =>
            {
                var user = await new PeeringUsers(two.Rented.Liqo).GenerateAsync("homelab", cancellationToken: Stop);
                return ScenarioVerb.Peer(two, provider: await two.AsUserAsync(user.Kubeconfig));
            },
            After = StandsAsync,
        },
        Peer("RSA keys", "`UsesRsaKeys`", Federation.Spec) with
        {
            Provider = o => o.UsesRsaKeys = true,
            Consumer = o => o.UsesRsaKeys = true,
        },
        Peer("nonce mismatch", "another cluster and `AddRoute` with the same address", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.ReplaceProviderAsync();
            },
            Error = typeof(StaleClusterIdException),
        },
        Peer("CSR mismatch with cached certificate", "write another `csr` into the cache", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await TakeBackSliceAsync(two);
                await two.UntilAsync(async () => (await new SliceManager(two.Home.Liqo).ListAsync(Stop)).Count == 0);
                await PatchAsync(two, Kinds.Secret, "liqo-remote-certificate", "data", "csr");
            },
        },
        Peer("peer again while the node before is still there", "`NodeRemovalTime`", Federation.Spec) with
        {
            Consumer = o => o.NodeRemovalTime = TimeSpan.FromMinutes(2),
            Before = async two =>
            {
                await two.PeerAsync();
                await TakeBackSliceAsync(two);
            },
            After = async two =>
            {
                await StandsAsync(two);
                await HasNodeOfSliceAsync(two);
            },
        },
        Peer("stale Tenant status after a change", "write another `signature`", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await PatchAsync(two, Kinds.Tenant, "homelab", "spec", "signature");
            },
        },
        Peer(
            "stale Tenant status after key change",
            "write another key into `authentication-keys`",
            Federation.Spec
        ) with
        {
            Before = async two =>
            {
                await Federation.DoAsync(new PeeringAuthenticator(two.Home.Liqo, two.Rented.Liqo).Authenticate());
                await ReplaceKeyAsync(two);
            },
            After = HasCertificateOfKeyAsync,
        },
        Peer("key changed, unpeered, peered again", "the same", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await ReplaceKeyAsync(two);
                await two.UnpeerAsync();
            },
            After = HasCertificateOfKeyAsync,
        },
        Peer("key changed while a slice is borrowed", "the same", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await ReplaceKeyAsync(two);
            },
            Refusal = LiqoRefusal.KeyReplaced,
        },
        Peer("slice Denied (auth)", "`SliceAnswer.DenyAuthentication`", Federation.Spec) with
        {
            Provider = o => o.SliceAnswer = SliceAnswer.DenyAuthentication,
            Refusal = LiqoRefusal.SliceDenied,
        },
        Peer("slice Denied (resources)", "`SliceAnswer.DenyResources`", Federation.Spec) with
        {
            Provider = o => o.SliceAnswer = SliceAnswer.DenyResources,
            Refusal = LiqoRefusal.SliceDenied,
        },
        Peer("slice Accepted late", "`SliceTime`", Federation.Spec) with
        {
            Provider = o => o.SliceTime = TimeSpan.FromMinutes(2),
        },
        Peer("virtual node and Node late", "`VirtualNodeTime`, `NodeTime`", Federation.Spec) with
        {
            Consumer = o => (o.VirtualNodeTime, o.NodeTime) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)),
        },
        Peer(
            "resources never answered",
            "`SliceAnswer.NeverAnswerResources`",
            Federation.Spec with
            {
                Patience = Scenario.Short,
            }
        ) with
        {
            Provider = o => o.SliceAnswer = SliceAnswer.NeverAnswerResources,
            Error = typeof(WaitTimedOutException),
        },
        new("two clusters with one id", "a second cluster whose `ClusterId` is the same", "peer the second")
        {
            Before = two => two.PeerAsync(),
            Do = async two => ScenarioVerb.Peer(two, provider: await two.TwinAsync()),
            Error = typeof(StaleClusterIdException),
        },
        new("same cluster on both sides", "the same connection twice", "peer")
        {
            Do = two => Task.FromResult(ScenarioVerb.Peer(two, provider: two.Home.Liqo)),
            Refusal = LiqoRefusal.SameCluster,
        },
        Peer("duplicate tenant namespaces", "create two with the labels", Federation.Spec) with
        {
            Before = async two =>
            {
                foreach (var name in new[] { "tenant-a", "tenant-b" })
                {
                    await two.Home.Admin.CreateNamespaceAsync(Tenancy(name), cancellationToken: Stop);
                }
            },
            Refusal = LiqoRefusal.TenantNamespaceAmbiguous,
        },
        Peer("tenant cordoned", "`tenantCondition` of the Tenant", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(new TenantGate(two.Rented.Liqo).Cordon("homelab"));
            },
            Refusal = LiqoRefusal.TenantCordoned,
        },
        Peer("tenant drained", "`tenantCondition` of the Tenant", Federation.Spec) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(new TenantGate(two.Rented.Liqo).Drain("homelab"));
            },
            Refusal = LiqoRefusal.TenantCordoned,
        },
        Peer("clock skew, provider ahead", "`EmulatedClusterOptions.ClockSkew`", Federation.Spec) with
        {
            ProviderSkew = TimeSpan.FromMinutes(10),
        },
        Peer("clock skew, provider behind", "`EmulatedClusterOptions.ClockSkew`", Federation.Spec) with
        {
            ProviderSkew = TimeSpan.FromMinutes(-10),
        },
    ];

    public static Scenario Peer(string name, string shown, PeeringSpec spec) =>
        new(name, shown, "peer") { Do = two => Task.FromResult(ScenarioVerb.Peer(two, spec)), After = StandsAsync };

    public static async Task StandsAsync(Federation two)
    {
        var node = await two.Home.Admin.ReadNodeAsync(Federation.ProviderId, cancellationToken: Stop);
        node.Status.Conditions.ShouldContain(c => c.Type == "Ready" && c.Status == "True");
    }

    /// <summary>The consumer gets another key, and is looked at as by a program that has just begun.</summary>
    private static async Task ReplaceKeyAsync(Federation two)
    {
        var key = Convert.ToBase64String(IdentityVectors.Read("ed25519-key.pem"));
        JsonObject patch = new() { ["data"] = new JsonObject { [SecretKeys.PrivateKey] = key } };
        await two.Home.Liqo.Port.MergeAsync(Kinds.Secret, "liqo", LiqoNames.KeysSecret, patch, Stop);
        two.Home.Liqo.Credentials.Forget();
    }

    /// <summary>The consumer's certificate is for the key it has now.</summary>
    private static async Task HasCertificateOfKeyAsync(Federation two)
    {
        await StandsAsync(two);
        var port = two.Home.Liqo.Port;
        var keys = (Secret?)await port.GetAsync(Kinds.Secret, "liqo", LiqoNames.KeysSecret, Stop);
        using var key = ClusterKey.Load(keys!.Value(SecretKeys.PrivateKey)!);
        var name = LiqoNames.ControlPlaneIdentityOf(Federation.ProviderId);
        var identity = (Identity?)await port.GetAsync(Kinds.Identity, OnConsumer, name, Stop);
        var certificate = IssuedCertificate.Read(identity!.Spec!.AuthParams!.SignedCertificate).ShouldNotBeNull();
        certificate.IsFor(key.PublicKey).ShouldBeTrue();
    }

    /// <summary>Deletes the slice, and waits for nothing.</summary>
    private static async Task TakeBackSliceAsync(Federation two) =>
        await two.Home.Liqo.Port.DeleteAsync(
            Kinds.ResourceSlice,
            OnConsumer,
            Federation.ProviderId,
            atOnce: false,
            Stop
        );

    /// <summary>Its age tells: it came after the slice.</summary>
    private static async Task HasNodeOfSliceAsync(Federation two)
    {
        var node = await two.Home.Admin.ReadNodeAsync(Federation.ProviderId, cancellationToken: Stop);
        var slice = await two.Home.Liqo.Port.GetAsync(Kinds.ResourceSlice, OnConsumer, Federation.ProviderId, Stop);
        node.Metadata.CreationTimestamp.ShouldNotBeNull();
        slice!.Metadata.CreationTimestamp.ShouldNotBeNull();
        (node.Metadata.CreationTimestamp >= slice.Metadata.CreationTimestamp.Value.UtcDateTime).ShouldBeTrue();
    }

    private static Task<ClusterObject> PatchAsync(
        Federation two,
        ResourceKind kind,
        string name,
        string part,
        string field
    ) =>
        two.Rented.Liqo.Port.MergeAsync(
            kind,
            OnProvider,
            name,
            new JsonObject { [part] = new JsonObject { [field] = "b3RoZXI=" } },
            Stop
        );

    private static V1Namespace Tenancy(string name) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string>
                {
                    ["liqo.io/remote-cluster-id"] = Federation.ProviderId,
                    ["liqo.io/tenant-namespace"] = "true",
                },
            },
        };
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Identities;
using HybridLlm.Liqo.Tests.Steps;

namespace HybridLlm.Liqo.Tests.Peering;

/// <summary>A homelab that peers with a rented cluster, with controllers that answer each wait as Liqo's do.</summary>
internal static class SimulatedPeering
{
    public const string Consumer = "homelab";
    public const string Provider = "aws-gpu-1";

    public static readonly PeeringSpec Spec = new()
    {
        Resources = new SliceResources
        {
            Cpu = "4",
            Memory = "16Gi",
            Gpus = 1,
        },
    };

    private static readonly ConsumerCredentials s_credentials = Credentials();
    private static readonly string s_certificate = Certificate();

    public static PeeringFacts Nothing { get; } = FactsOf(World.Empty);

    public static PeeringFacts FactsOf(World world) =>
        new()
        {
            ConsumerId = Consumer,
            ProviderId = Provider,
            ConsumerLiqoNamespace = "liqo",
            ProviderLiqoNamespace = "liqo",
            Credentials = s_credentials,
            World = world,
        };

    /// <summary>Does steps until the planner asks for none, or for so many.</summary>
    public static PeeringFacts Run(PeeringSpec spec, PeeringFacts facts, int most = 100)
    {
        for (var done = 0; done < most && PeeringPlanner.Plan(spec, facts) is [var step, ..]; done++)
        {
            facts = facts with { World = Do(facts.World, step) };
        }

        return facts;
    }

    /// <summary>A write as the server does it; a wait as Liqo answers it.</summary>
    public static World Do(World world, PlannedStep step) =>
        step is WaitStep ? Answer(world, step.Object) : SimulatedServer.Do(world, step);

    private static World Answer(World world, ObjectKey key) =>
        key.Kind.Kind switch
        {
            "Secret" when key.Cluster == ClusterSide.Provider => Merge(world, key, Data("nonce", "bm9uY2U=")),
            "Secret" => Merge(world, key, Data("signedNonce", "c2lnbmVk")),
            "Tenant" => Merge(
                world,
                key,
                "{\"status\":{\"tenantNamespace\":\"liqo-tenant-homelab\",\"authParams\":{\"apiServer\":\"https://10.1.0.2:6443\","
                    + $"\"signedCRT\":\"{s_certificate}\"}}}}}}"
            ),
            "Identity" => Merge(world, key, """{"status":{"kubeconfigSecretRef":{"name":"kubeconfig-it"}}}"""),
            "ResourceSlice" => Merge(world, key, Granted(world, key)),
            "Node" => world.With(key.Cluster, key.Kind, Ready(world, key)),
            _ => world.Without(key),
        };

    private static World Merge(World world, ObjectKey key, string patch) =>
        SimulatedServer.Merged(world, key, SimulatedServer.Patch(patch));

    private static string Data(string name, string value) => $"{{\"data\":{{\"{name}\":\"{value}\"}}}}";

    private static string Granted(World world, ObjectKey key)
    {
        var wanted = ((ResourceSlice)world.Find(key)!).Spec!.Resources!;
        JsonObject resources = new(wanted.Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value)));
        return $$"""
            {"status":{"resources": {{resources.ToJsonString()}} ,"conditions":[
              {"type":"Authentication","status":"Accepted"},{"type":"Resources","status":"Accepted"}] } }
            """;
    }

    private static Node Ready(World world, ObjectKey key)
    {
        var slice = world.All(ClusterSide.Consumer, Kinds.ResourceSlice).Single(s => s.Name == key.Name);
        return new Node
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Labels = new Dictionary<string, string>
                {
                    [LiqoLabels.RemoteClusterId] = slice.Label(LiqoLabels.RemoteClusterId)!,
                },
            },
            Status = new NodeStatus
            {
                Allocatable = slice.Status!.Resources,
                Conditions = [new Condition { Type = "Ready", Status = "True" }],
            },
        };
    }

    private static ConsumerCredentials Credentials()
    {
        using var key = ClusterKey.Load(IdentityVectors.Read("rsa-key.pem"));
        return ConsumerCredentials.Make(key, Consumer);
    }

    /// <summary>Base64 of the PEM of a certificate for the consumer's key.</summary>
    private static string Certificate()
    {
        using var key = RSA.Create();
        key.ImportFromPem(Encoding.ASCII.GetString(IdentityVectors.Read("rsa-key.pem")));
        CertificateRequest request = new($"CN={Consumer}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(begin, begin.AddDays(1));
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
    }
}

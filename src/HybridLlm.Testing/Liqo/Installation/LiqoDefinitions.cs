using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>
/// Liqo's kinds, with the rules of their schemas that a client can run into: what is required, allowed, defaulted or immutable. All
/// other fields are taken as they come.
/// </summary>
internal static class LiqoDefinitions
{
    private const string Id = """{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}""";

    private const string Protocol = """
        {"properties":{"endpoint":{"type":"object","x-kubernetes-preserve-unknown-fields":true,
        "properties":{"protocol":{"type":"string","enum":["TCP","UDP"]}}}}}
        """;

    private static readonly Definition[] s_all =
    [
        new("authentication.liqo.io", "v1beta1", "Identity", "identities")
        {
            Spec =
                $$$$"""{"properties":{"clusterID":{{{{Id}}}},"type":{"type":"string","enum":["ControlPlane","ResourceSlice"]}}}""",
        },
        new("authentication.liqo.io", "v1beta1", "Renew", "renews"),
        new("authentication.liqo.io", "v1beta1", "ResourceSlice", "resourceslices")
        {
            Spec =
                $$$$"""{"properties":{"consumerClusterID":{{{{Id}}}},"providerClusterID":{{{{Id}}}},"csr":{"type":"string","format":"byte"}}}""",
        },
        new("authentication.liqo.io", "v1beta1", "Tenant", "tenants")
        {
            Spec = """
                {"properties":{
                "authzPolicy":{"type":"string","enum":["KeysExchange","TolerateNoHandshake"],"default":"KeysExchange"},
                "clusterID":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                "x-kubernetes-validations":[{"rule":"self == oldSelf","message":"ClusterID is immutable"}]},
                "csr":{"type":"string","format":"byte"},
                "publicKey":{"type":"string","format":"byte"},
                "signature":{"type":"string","format":"byte"},
                "tenantCondition":{"type":"string","enum":["Active","Cordoned","Drained"],"default":"Active"}}}
                """,
        },
        new("core.liqo.io", "v1beta1", "ForeignCluster", "foreignclusters")
        {
            IsNamespaced = false,
            Spec = """
                {"required":["clusterID"],"properties":{
                "clusterID":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                "x-kubernetes-validations":[{"rule":"self == oldSelf","message":"ClusterID field is immutable"}]}}}
                """,
        },
        new("ipam.liqo.io", "v1alpha1", "IP", "ips") { Spec = """{"required":["ip"]}""" },
        new("ipam.liqo.io", "v1alpha1", "Network", "networks")
        {
            Spec = """
                {"required":["cidr"],"properties":{"cidr":{"type":"string","format":"cidr",
                "x-kubernetes-validations":[{"rule":"self == oldSelf","message":"CIDR field is immutable"}]}}}
                """,
        },
        new("networking.liqo.io", "v1beta1", "Configuration", "configurations"),
        new("networking.liqo.io", "v1beta1", "Connection", "connections")
        {
            Spec =
                """{"required":["gatewayRef","type"],"properties":{"type":{"type":"string","enum":["Server","Client"]}}}""",
        },
        new("networking.liqo.io", "v1beta1", "FirewallConfiguration", "firewallconfigurations"),
        new("networking.liqo.io", "v1beta1", "GatewayClient", "gatewayclients") { Spec = Protocol },
        new("networking.liqo.io", "v1beta1", "GatewayServer", "gatewayservers")
        {
            Spec = """
                {"properties":{"endpoint":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{
                "serviceType":{"type":"string","enum":["ClusterIP","NodePort","LoadBalancer","ExternalName"],"default":"ClusterIP"}}}}}
                """,
        },
        new("networking.liqo.io", "v1beta1", "PublicKey", "publickeies")
        {
            HasStatus = false,
            Spec = """{"properties":{"publicKey":{"type":"string","format":"byte"}}}""",
        },
        new("networking.liqo.io", "v1beta1", "WgGatewayClient", "wggatewayclients")
        {
            Spec = """{"required":["deployment"]}""",
        },
        new("networking.liqo.io", "v1beta1", "WgGatewayClientTemplate", "wggatewayclienttemplates")
        {
            HasStatus = false,
        },
        new("networking.liqo.io", "v1beta1", "WgGatewayServer", "wggatewayservers")
        {
            Spec = """{"required":["deployment","service"]}""",
        },
        new("networking.liqo.io", "v1beta1", "WgGatewayServerTemplate", "wggatewayservertemplates")
        {
            HasStatus = false,
        },
        new("offloading.liqo.io", "v1beta1", "NamespaceMap", "namespacemaps"),
        new("offloading.liqo.io", "v1beta1", "NamespaceOffloading", "namespaceoffloadings")
        {
            Spec = """
                {"properties":{
                "clusterSelector":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"required":["nodeSelectorTerms"]},
                "namespaceMappingStrategy":{"type":"string","enum":["EnforceSameName","DefaultName","SelectedName"],"default":"DefaultName"},
                "podOffloadingStrategy":{"type":"string","enum":["Local","Remote","LocalAndRemote"],"default":"LocalAndRemote"}}}
                """,
        },
        new("offloading.liqo.io", "v1beta1", "Quota", "quotas")
        {
            HasStatus = false,
            Spec = """{"required":["resources","user"]}""",
        },
        new("offloading.liqo.io", "v1beta1", "ShadowPod", "shadowpods"),
        new("offloading.liqo.io", "v1beta1", "VirtualNode", "virtualnodes")
        {
            Spec = $$$$"""{"properties":{"clusterID":{{{{Id}}}}}}""",
        },
        new("offloading.liqo.io", "v1beta1", "VkOptionsTemplate", "vkoptionstemplates") { HasStatus = false },
    ];

    public static void Create(LiqoContext context)
    {
        List<JsonObject> definitions =
        [
            .. context.Options.Definitions is { } given
                ? given.Select(d => KubeJson.TryParse(System.Text.Encoding.UTF8.GetBytes(d))!)
                : s_all.Select(d => d.ToObject()),
        ];
        foreach (var definition in definitions)
        {
            context.Client.Create(definition);
        }

        context.Client.WaitUntilServed(definitions);
    }

    private sealed record Definition(string Group, string Version, string Kind, string Plural)
    {
        public bool IsNamespaced { get; init; } = true;

        public bool HasStatus { get; init; } = true;

        public string Spec { get; init; } = "{}";

        public JsonObject ToObject()
        {
            var o = FirstObjects.New("apiextensions.k8s.io/v1", "CustomResourceDefinition", $"{Plural}.{Group}");
            o["spec"] = new JsonObject
            {
                ["group"] = Group,
                ["scope"] = IsNamespaced ? "Namespaced" : "Cluster",
                ["names"] = new JsonObject
                {
                    ["plural"] = Plural,
                    ["kind"] = Kind,
                    ["categories"] = new JsonArray("liqo"),
                },
                ["versions"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = Version,
                        ["served"] = true,
                        ["storage"] = true,
                        ["subresources"] = HasStatus
                            ? new JsonObject { ["status"] = new JsonObject() }
                            : new JsonObject(),
                        ["schema"] = new JsonObject { ["openAPIV3Schema"] = Schema() },
                    }
                ),
            };
            return o;
        }

        private JsonObject Schema() =>
            new()
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["spec"] = Open(KubeJson.TryParse(System.Text.Encoding.UTF8.GetBytes(Spec))!),
                    ["status"] = Open([]),
                },
            };

        private static JsonObject Open(JsonObject rules)
        {
            rules["type"] = "object";
            rules["x-kubernetes-preserve-unknown-fields"] = true;
            return rules;
        }
    }
}

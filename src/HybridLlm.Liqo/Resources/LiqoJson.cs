using System.Text.Json.Serialization;

namespace HybridLlm.Liqo.Resources;

/// <summary>JSON of every object this package touches, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Configuration))]
[JsonSerializable(typeof(Connection))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(ForeignCluster))]
[JsonSerializable(typeof(GatewayClient))]
[JsonSerializable(typeof(GatewayServer))]
[JsonSerializable(typeof(GatewayTemplate))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(IpamAddress))]
[JsonSerializable(typeof(IpamNetwork))]
[JsonSerializable(typeof(NamespaceObject))]
[JsonSerializable(typeof(NamespaceOffloading))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(PlainObject))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(PublicKey))]
[JsonSerializable(typeof(ResourceSlice))]
[JsonSerializable(typeof(RoleBinding))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(SigningRequest))]
[JsonSerializable(typeof(Tenant))]
[JsonSerializable(typeof(VirtualNode))]
internal sealed partial class LiqoJson : JsonSerializerContext;

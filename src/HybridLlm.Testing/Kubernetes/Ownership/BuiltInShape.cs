using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>Shapes of the built-in kinds' fields, told by the field's name: the API uses the same name for the same shape.</summary>
internal sealed class BuiltInShape : FieldShape
{
    // The merge key of a strategic merge patch comes first.
    private static readonly Dictionary<string, string[]> s_lists = new(StringComparer.Ordinal)
    {
        ["addresses"] = ["type"],
        ["conditions"] = ["type"],
        ["containers"] = ["name"],
        ["env"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["hostAliases"] = ["ip"],
        ["imagePullSecrets"] = ["name"],
        ["initContainers"] = ["name"],
        ["ownerReferences"] = ["uid"],
        ["podIPs"] = ["ip"],
        ["ports"] = ["port", "protocol"],
        ["secrets"] = ["name"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["volumeMounts"] = ["mountPath"],
        ["volumes"] = ["name"],
        ["webhooks"] = ["name"],
    };

    private static readonly string[] s_containerPorts = ["containerPort", "protocol"];

    private readonly string _name;

    private BuiltInShape(string name) => _name = name;

    public static BuiltInShape Root { get; } = new("");

    public override bool IsAtomicMap =>
        _name
            is "selector"
                or "nodeSelector"
                or "fieldRef"
                or "secretKeyRef"
                or "configMapKeyRef"
                or "resourceFieldRef";

    public override bool IsSet => _name == "finalizers";

    public override FieldShape Field(string name) => new BuiltInShape(name);

    public override FieldShape Item() => new BuiltInShape("");

    public override IReadOnlyList<string>? KeysOf(JsonObject item) =>
        _name == "ports" && item.ContainsKey("containerPort") ? s_containerPorts : s_lists.GetValueOrDefault(_name);
}

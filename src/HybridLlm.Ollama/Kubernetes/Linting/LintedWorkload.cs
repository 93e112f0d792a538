using YamlDotNet.RepresentationModel;

namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>One object that runs Ollama, with the others of its manifest.</summary>
internal sealed class LintedWorkload(YamlNode root, YamlNode container, IReadOnlyList<YamlNode> objects)
{
    public YamlNode Root => root;

    public YamlNode Container => container;

    public YamlNode? Pod { get; } = root.Text("kind") == "Pod" ? root.At("spec") : root.At("spec", "template", "spec");

    public string Kind => root.Text("kind");

    public string Where => $"{Kind} {Space(root)}/{root.Text("metadata", "name")}";

    /// <summary>Services that lead to its pods.</summary>
    public IReadOnlyList<YamlNode> Services =>
        [.. Others("Service").Where(s => Selects(s.Map("spec", "selector"), orAll: false))];

    /// <summary>Network policies that hold for its pods.</summary>
    public IReadOnlyList<YamlNode> Policies =>
        [.. Others("NetworkPolicy").Where(p => Selects(p.Map("spec", "podSelector", "matchLabels"), orAll: true))];

    /// <summary>Rules of Traefik that lead to one of its Services.</summary>
    public IReadOnlyList<(YamlNode Route, YamlNode Rule)> Routes =>
        [
            .. from route in Others("IngressRoute")
            from rule in route.Items("spec", "routes")
            where rule.Items("services").Any(s => Services.Any(o => o.Text("metadata", "name") == s.Text("name")))
            select (route, rule),
        ];

    /// <summary>A claim its pods use, by name.</summary>
    public IReadOnlyList<string> ClaimNames =>
        [.. Pod.Items("volumes").Select(v => v.Text("persistentVolumeClaim", "claimName")).Where(n => n.Length > 0)];

    /// <summary>Claims of the manifest that its pods use.</summary>
    public IReadOnlyList<YamlNode> Claims =>
        [
            .. Others("PersistentVolumeClaim").Where(c => ClaimNames.Contains(c.Text("metadata", "name"))),
            .. root.Items("spec", "volumeClaimTemplates"),
        ];

    /// <summary>A variable of the container; null if it is not set.</summary>
    public string? Variable(string name) =>
        container.Items("env").FirstOrDefault(e => e.Text("name") == name) is { } variable
            ? variable.Text("value")
            : null;

    /// <summary>A field of the pod's or the container's security context.</summary>
    public string Security(params ReadOnlySpan<string> path) =>
        container.At("securityContext").Text(path) is { Length: > 0 } own ? own : Pod.At("securityContext").Text(path);

    private IEnumerable<YamlNode> Others(string kind) =>
        objects.Where(o => o.Text("kind") == kind && Space(o) == Space(root));

    private bool Selects(IReadOnlyDictionary<string, string> selector, bool orAll)
    {
        var labels =
            Kind == "Pod" ? root.Map("metadata", "labels") : root.Map("spec", "template", "metadata", "labels");
        return (orAll || selector.Count > 0) && selector.All(s => labels.GetValueOrDefault(s.Key) == s.Value);
    }

    private static string Space(YamlNode node) =>
        node.Text("metadata", "namespace") is { Length: > 0 } space ? space : "default";
}

using HybridLlm.Ollama.Kubernetes.Linting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Reads Kubernetes manifests that run Ollama and names everything they lack to be run where answers matter. Asks nobody.</summary>
public static class ManifestLinter
{
    private static readonly ManifestRule[] s_rules =
    [
        .. ServingRules.All,
        .. LifeRules.All,
        .. PlaceRules.All,
        .. GuardRules.All,
    ];

    /// <summary>Short names of all rules, in the order they are tried.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. s_rules.Select(r => r.Id)];

    /// <summary>What is wrong with the workloads of a manifest that run Ollama; empty if nothing.</summary>
    /// <param name="yaml">Its documents. Other objects count where they belong to a workload: Services, policies, claims, routes.</param>
    public static IReadOnlyList<ManifestFinding> Check(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        YamlStream documents = [];
        try
        {
            documents.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            return [Whole("yaml", $"It is no YAML: line {e.Start.Line}: {e.Message}", "Correct it there.")];
        }

        YamlNode[] objects = [.. documents.Documents.Select(d => d.RootNode).SelectMany(Objects)];
        LintedWorkload[] workloads =
        [
            .. objects.SelectMany(o =>
                Containers(o).Where(RunsOllama).Select(container => new LintedWorkload(o, container, objects))
            ),
        ];
        return workloads.Length == 0
            ? [Whole("no-ollama", "No workload in it runs an Ollama image.", "Give the manifest with the Deployment.")]
            : [.. workloads.SelectMany(Check)];
    }

    private static IEnumerable<ManifestFinding> Check(LintedWorkload workload) =>
        s_rules
            .Where(r => !r.Holds(workload))
            .Select(r => new ManifestFinding
            {
                Rule = r.Id,
                Where = workload.Where,
                Message = r.Message,
                Remedy = r.Remedy,
            });

    private static IEnumerable<YamlNode> Objects(YamlNode root) =>
        root.Text("kind") == "List" ? root.Items("items") : [root];

    private static IReadOnlyList<YamlNode> Containers(YamlNode root) =>
        root.Text("kind") == "Pod"
            ? root.Items("spec", "containers")
            : root.Items("spec", "template", "spec", "containers");

    private static bool RunsOllama(YamlNode container)
    {
        var image = container.Text("image").Split('@')[0];
        var name = image[(image.LastIndexOf('/') + 1)..].Split(':')[0];
        return name.Contains("ollama", StringComparison.OrdinalIgnoreCase);
    }

    private static ManifestFinding Whole(string rule, string message, string remedy) =>
        new()
        {
            Rule = rule,
            Where = "",
            Message = message,
            Remedy = remedy,
        };
}

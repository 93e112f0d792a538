using HybridLlm.Ollama.Kubernetes.Yaml;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>The objects of an <see cref="OllamaWorkload"/>, for <c>kubectl apply -f</c>.</summary>
public sealed class WorkloadManifest
{
    private readonly string _yaml;

    private WorkloadManifest(IReadOnlyList<YamlMap> objects)
    {
        _yaml = YamlText.Write(objects);
        Notes = [.. objects.SelectMany(o => NotesOf($"{o.First(f => f.Key == "kind").Value}", o))];
    }

    /// <summary>Why each field is there, in the order of the YAML. The same words stand above the fields in <see cref="ToYaml"/>.</summary>
    public IReadOnlyList<ManifestNote> Notes { get; }

    /// <summary>One YAML document an object, with the reasons as comments.</summary>
    public string ToYaml() => _yaml;

    internal static WorkloadManifest Of(OllamaWorkload workload)
    {
        List<YamlMap> objects = [];
        if (workload is { Storage: ModelClaim claim, Kind: WorkloadKind.Deployment })
        {
            objects.Add(WorkloadObjects.Claim(workload, claim));
        }

        objects.Add(WorkloadObjects.Pods(workload));
        objects.Add(WorkloadNetwork.Service(workload));
        objects.Add(WorkloadNetwork.Policy(workload));
        if (workload.Route is { } route)
        {
            objects.Add(WorkloadNetwork.Route(workload, route));
        }

        return new WorkloadManifest(objects);
    }

    private static IEnumerable<ManifestNote> NotesOf(string path, object value) =>
        value switch
        {
            YamlMap map => map.SelectMany(f =>
                NotesOf($"{path}.{f.Key}", f.Value)
                    .Prepend(new ManifestNote($"{path}.{f.Key}", f.Why ?? ""))
                    .Where(n => n.Why.Length > 0)
            ),
            IEnumerable<YamlMap> list => list.SelectMany(item => NotesOf(path, item)),
            _ => [],
        };
}

/// <summary>Why a field of a manifest is there.</summary>
/// <param name="Field">Kind and path, e.g. <c>Deployment.spec.strategy</c>.</param>
/// <param name="Why">One sentence or two.</param>
public sealed record ManifestNote(string Field, string Why);

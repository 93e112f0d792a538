using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>What a catalogue must hold for a node to become one of ours.</summary>
internal static class ArtifactNames
{
    /// <summary>Nebula's release archive, unpacked to /opt/hybridllm/bin.</summary>
    public const string Nebula = "nebula.tar.gz";

    /// <summary>The k3s binary, at /usr/local/bin/k3s.</summary>
    public const string K3s = "k3s";

    /// <summary>k3s's own images, imported at its start.</summary>
    public const string K3sImages = "k3s-images.tar";

    /// <summary>Ollama's image, imported at k3s's start; the artifact's version is the image's tag.</summary>
    public const string Ollama = "ollama-image.tar";

    /// <summary>Where the models lie on a node, as Ollama's own folder of manifests and blobs.</summary>
    public const string ModelFolder = "/var/lib/hybridllm/models";

    private static readonly (string Name, string Path)[] s_required =
    [
        (Nebula, "/opt/hybridllm/bin"),
        (K3s, "/usr/local/bin/k3s"),
        (K3sImages, "/var/lib/rancher/k3s/agent/images/k3s-images.tar"),
        (Ollama, "/var/lib/rancher/k3s/agent/images/ollama-image.tar"),
    ];

    /// <summary>Name of the archive that holds a model: <c>llama3.1:8b</c> is in <c>model-llama3.1-8b.tar.gz</c>.</summary>
    public static string Model(string model) => $"model-{model.Replace(':', '-').Replace('/', '-')}.tar.gz";

    /// <summary>What a lighthouse needs.</summary>
    public static bool IsForLighthouse(Artifact artifact) => artifact.Name == Nebula;

    /// <summary>What a GPU node that serves <paramref name="model"/> needs: not the other models of the catalogue.</summary>
    public static bool IsForGpu(Artifact artifact, string model) =>
        !artifact.Name.StartsWith("model-", StringComparison.Ordinal) || artifact.Name == Model(model);

    public static IEnumerable<SpecFault> Faults(IReadOnlyList<Artifact> artifacts, string model)
    {
        foreach (var (name, path) in s_required.Append((Model(model), ModelFolder)))
        {
            if (artifacts.FirstOrDefault(a => a.Name == name) is not { } artifact)
            {
                yield return new(
                    "HL150",
                    $"The artifact catalogue lacks {name}.",
                    "Add the file and its entry to the catalogue; docs/operations.md lists where each comes from."
                );
            }
            else if (artifact.Path != path)
            {
                yield return new(
                    "HL151",
                    $"The artifact {name} goes to {artifact.Path}, not {path}.",
                    "Correct its path in the catalogue."
                );
            }
        }
    }
}

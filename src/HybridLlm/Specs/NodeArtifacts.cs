using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.Specs;

/// <summary>
/// What an artifact folder must hold for nodes to become the cluster's. Nodes install nothing from the internet; docs/operations.md
/// says where each file comes from.
/// </summary>
public static class NodeArtifacts
{
    /// <summary>Nebula's release archive.</summary>
    public const string Nebula = "nebula.tar.gz";

    /// <summary>The k3s binary.</summary>
    public const string K3s = "k3s";

    /// <summary>The container images k3s itself needs.</summary>
    public const string K3sImages = "k3s-images.tar";

    /// <summary>Ollama's container image; the artifact's version is the image's tag.</summary>
    public const string Ollama = "ollama-image.tar";

    /// <summary>Liqo's Helm chart; the artifact's version is the chart's, without v.</summary>
    public const string LiqoChart = "liqo.tgz";

    /// <summary>The container images of Liqo.</summary>
    public const string LiqoImages = "liqo-images.tar";

    /// <summary>NVIDIA's device plugin; the artifact's version is the image's tag.</summary>
    public const string DevicePlugin = "device-plugin-image.tar";

    /// <summary>Where models lie on a node: Ollama's own folder of manifests and blobs.</summary>
    public const string ModelFolder = "/var/lib/hybridllm/models";

    private const string ModelPrefix = "model-";

    private static readonly NodeArtifact[] s_federation =
    [
        new(LiqoChart, ArtifactKind.File, "/var/lib/rancher/k3s/server/static/charts/liqo.tgz"),
        new(LiqoImages, ArtifactKind.File, "/var/lib/rancher/k3s/agent/images/liqo-images.tar"),
        new(DevicePlugin, ArtifactKind.File, "/var/lib/rancher/k3s/agent/images/device-plugin-image.tar"),
    ];

    /// <summary>Name of the archive that holds a model, e.g. <c>model-llama3.1-8b.tar.gz</c> for <c>llama3.1:8b</c>.</summary>
    /// <param name="model">Ollama's name with tag.</param>
    public static string Model(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return $"{ModelPrefix}{model.Replace(':', '-').Replace('/', '-')}.tar.gz";
    }

    /// <summary>Everything a cluster that serves a model needs.</summary>
    /// <param name="model">Ollama's name with tag.</param>
    /// <param name="federated">Whether its nodes federate to the homelab.</param>
    public static IReadOnlyList<NodeArtifact> For(string model, bool federated = false) =>
        [
            new(Nebula, ArtifactKind.Archive, "/opt/hybridllm/bin"),
            new(K3s, ArtifactKind.Executable, "/usr/local/bin/k3s"),
            new(K3sImages, ArtifactKind.File, "/var/lib/rancher/k3s/agent/images/k3s-images.tar"),
            new(Ollama, ArtifactKind.File, "/var/lib/rancher/k3s/agent/images/ollama-image.tar"),
            new(Model(model), ArtifactKind.Archive, ModelFolder),
            .. federated ? s_federation : [],
        ];

    /// <summary>Whether a GPU node fetches it: not other models than its own, and Liqo only for federation.</summary>
    internal static bool IsForGpu(Artifact artifact, string model, bool federated = false) =>
        artifact.Name.StartsWith(ModelPrefix, StringComparison.Ordinal)
            ? artifact.Name == Model(model)
            : federated || s_federation.All(f => f.Name != artifact.Name);

    internal static IEnumerable<SpecFault> Faults(
        IReadOnlyList<Artifact> artifacts,
        string model,
        bool federated = false
    )
    {
        foreach (var needed in For(model, federated))
        {
            if (artifacts.FirstOrDefault(a => a.Name == needed.Name) is not { } artifact)
            {
                yield return new(
                    "HL150",
                    $"The artifact catalogue lacks {needed.Name}.",
                    "Add the file and its entry to the catalogue; docs/operations.md says where it comes from."
                );
            }
            else if (artifact.Path != needed.Path || artifact.Kind != needed.Kind)
            {
                yield return new(
                    "HL151",
                    $"The artifact {needed.Name} is a {artifact.Kind} for {artifact.Path}, not a {needed.Kind} for {needed.Path}.",
                    "Correct its kind and path in the catalogue."
                );
            }
        }
    }
}

/// <summary>A file that an artifact folder must hold.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Kind">What a node does with it.</param>
/// <param name="Path">Where it goes on a node.</param>
public sealed record NodeArtifact(string Name, ArtifactKind Kind, string Path);

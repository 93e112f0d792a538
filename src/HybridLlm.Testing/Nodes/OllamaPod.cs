using System.Globalization;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Nodes;

/// <summary>The Ollama that a node's k3s would start from the manifests it was given.</summary>
/// <param name="Host">Address it listens on.</param>
/// <param name="Port">Port it listens on.</param>
/// <param name="ContextTokens">Context of one request.</param>
/// <param name="Parallel">Requests answered at once.</param>
/// <param name="Models">Models in its folder, by Ollama's name.</param>
internal sealed record OllamaPod(string Host, int Port, int ContextTokens, int Parallel, IReadOnlyList<string> Models)
{
    private const string Manifests = "/var/lib/rancher/k3s/server/manifests/";
    private const string ModelManifests = "/manifests/registry.ollama.ai/library/";

    /// <summary>Reads a node's manifests; null when they start no Ollama.</summary>
    public static OllamaPod? Find(NodeFiles files)
    {
        var deployment = files
            .Paths.Where(p => p.StartsWith(Manifests, StringComparison.Ordinal))
            .SelectMany(p => KubernetesYaml.LoadAllFromString(files.ReadText(p)!))
            .OfType<V1Deployment>()
            .FirstOrDefault(d => d.Spec.Template.Spec.Containers.Any(c => c.Name == "ollama"));
        if (deployment?.Spec.Template.Spec is not { HostNetwork: true } pod)
        {
            return null;
        }

        var container = pod.Containers.First(c => c.Name == "ollama");
        string Env(string name) => container.Env?.FirstOrDefault(e => e.Name == name)?.Value ?? "";
        var host = Env("OLLAMA_HOST").Split(':');
        var mount = container.VolumeMounts?.FirstOrDefault(m => m.MountPath == Env("OLLAMA_MODELS"))?.Name;
        var folder = pod.Volumes?.FirstOrDefault(v => v.Name == mount)?.HostPath?.Path;
        return host is [var address, var port]
            ? new OllamaPod(
                address,
                Number(port),
                Number(Env("OLLAMA_CONTEXT_LENGTH")),
                Number(Env("OLLAMA_NUM_PARALLEL")),
                folder is null ? [] : ModelsIn(files, folder)
            )
            : null;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;

    /// <summary>A model is there when its manifest is: <c>…/library/NAME/TAG</c>.</summary>
    private static List<string> ModelsIn(NodeFiles files, string folder) =>
        [
            .. files
                .Paths.Where(p => p.StartsWith(folder + ModelManifests, StringComparison.Ordinal))
                .Select(p => p[(folder.Length + ModelManifests.Length)..].Split('/'))
                .Where(parts => parts.Length == 2)
                .Select(parts => $"{parts[0]}:{parts[1]}"),
        ];
}

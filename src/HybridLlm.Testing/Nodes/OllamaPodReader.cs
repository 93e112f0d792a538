using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// Reads what a pod with a container <c>ollama</c> would start on a node: on the node's own network, as a node's own manifest has it, or on
/// the pod's with a port of the node, as one that came from home. Whatever would keep it from answering is a fault.
/// </summary>
/// <param name="pod">The pod's spec.</param>
/// <param name="files">The node's files.</param>
/// <param name="node">The node's mesh address.</param>
internal sealed class OllamaPodReader(JsonObject pod, NodeFiles files, IPAddress node)
{
    private const string Gpu = "nvidia.com/gpu";
    private const string ModelManifests = "/manifests/registry.ollama.ai/library/";
    private const int DefaultPort = 11434;

    private readonly JsonObject _container = pod.ObjectsAt("containers").First(IsOllama);
    private readonly List<string> _faults = [];

    /// <summary>Whether a pod starts Ollama.</summary>
    public static bool Knows(JsonObject? pod) => pod.ObjectsAt("containers").Any(IsOllama);

    /// <summary>The Ollama it starts.</summary>
    /// <param name="nodeName">Name of the node.</param>
    /// <exception cref="NodeBootException">It would not answer; all faults.</exception>
    public OllamaPod Read(string nodeName)
    {
        CheckImage();
        CheckGpu();
        var listens = ListensOn();
        var isOnNode = pod.IsTrueAt("hostNetwork");
        OllamaPod read = new()
        {
            PodPort = isOnNode ? null : listens.Port,
            NodePort = isOnNode ? OnNode(listens) : ThroughNode(listens),
            ContextTokens = Number("OLLAMA_CONTEXT_LENGTH", 4096),
            Parallel = Number("OLLAMA_NUM_PARALLEL", 1),
            Models = Models(),
        };
        return _faults.Count == 0 ? read : throw new NodeBootException(nodeName, _faults);
    }

    private static bool IsOllama(JsonObject container) => container.TextAt("name") == "ollama";

    private void CheckImage()
    {
        var image = _container.TextAt("image") ?? "";
        Check(
            _container.TextAt("imagePullPolicy") != "Always" && NodeImages.Has(files, image),
            $"image {image} is not among the node's images, and nothing is pulled from the internet"
        );
    }

    private void CheckGpu() =>
        Check(
            Quantities.Read(_container.At("resources", "limits", Gpu)) >= 1
                || (pod.TextAt("runtimeClassName") == "nvidia" && Env("NVIDIA_VISIBLE_DEVICES") == "all"),
            "ollama asks for no GPU"
        );

    private IPEndPoint ListensOn()
    {
        var host = Env("OLLAMA_HOST");
        if (!IPEndPoint.TryParse(host ?? "127.0.0.1", out var listens))
        {
            _faults.Add($"OLLAMA_HOST '{host}' is no address");
            return new IPEndPoint(IPAddress.Any, DefaultPort);
        }

        return listens.Port == 0 ? new IPEndPoint(listens.Address, DefaultPort) : listens;
    }

    private int OnNode(IPEndPoint listens)
    {
        Check(
            listens.Address.Equals(node) || IsAny(listens.Address),
            $"ollama listens on {listens}, not on the node's mesh address {node}"
        );
        return listens.Port;
    }

    private int? ThroughNode(IPEndPoint listens)
    {
        Check(IsAny(listens.Address), $"ollama listens on {listens}, not on the pod's address");
        if (_container.ObjectsAt("ports").FirstOrDefault(p => p.NumberAt("hostPort") > 0) is not { } port)
        {
            return null;
        }

        Check(
            port.NumberAt("containerPort") == listens.Port,
            $"hostPort leads to port {port.NumberAt("containerPort")}, but ollama listens on {listens.Port}"
        );
        var hostIp = port.TextAt("hostIP") ?? "";
        Check(
            hostIp.Length == 0 || (IPAddress.TryParse(hostIp, out var ip) && (ip.Equals(node) || IsAny(ip))),
            $"hostIP {hostIp} is not the node's mesh address {node}"
        );
        return (int?)port.NumberAt("hostPort");
    }

    /// <summary>A model is there when its manifest is: <c>…/library/NAME/TAG</c>.</summary>
    private List<string> Models()
    {
        var mounted = Env("OLLAMA_MODELS") ?? "";
        var volume = _container
            .ObjectsAt("volumeMounts")
            .FirstOrDefault(m => m.TextAt("mountPath") == mounted)
            .TextAt("name");
        var folder = pod.ObjectsAt("volumes")
            .FirstOrDefault(v => v.TextAt("name") == volume)
            .TextAt("hostPath", "path");
        if (volume is null || folder is null)
        {
            _faults.Add($"OLLAMA_MODELS '{mounted}' is no folder of the node");
            return [];
        }

        List<string> models =
        [
            .. files
                .Paths.Where(p => p.StartsWith(folder + ModelManifests, StringComparison.Ordinal))
                .Select(p => p[(folder.Length + ModelManifests.Length)..].Split('/'))
                .Where(parts => parts.Length == 2)
                .Select(parts => $"{parts[0]}:{parts[1]}"),
        ];
        Check(models.Count > 0, $"there is no model in {folder}");
        return models;
    }

    private int Number(string name, int otherwise)
    {
        var text = Env(name);
        if (text is null)
        {
            return otherwise;
        }

        Check(
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0,
            $"{name} '{text}' is no number"
        );
        return number;
    }

    private string? Env(string name) =>
        _container.ObjectsAt("env").FirstOrDefault(e => e.TextAt("name") == name).TextAt("value");

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            _faults.Add(otherwise);
        }
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}

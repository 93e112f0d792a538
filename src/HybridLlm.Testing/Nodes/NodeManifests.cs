using System.Globalization;
using System.Text.Json.Nodes;
using k8s;

namespace HybridLlm.Testing.Nodes;

/// <summary>The YAML that a node's k3s reads when it starts: its configuration, and the manifests it applies.</summary>
internal static class NodeManifests
{
    public const string Folder = "/var/lib/rancher/k3s/server/manifests/";

    private const string Separator = "\n---\n";

    /// <summary>Every object of every manifest.</summary>
    /// <exception cref="NodeBootException">A manifest is no YAML.</exception>
    public static IReadOnlyList<JsonObject> All(NodeFiles files) =>
        [.. files.Paths.Where(p => p.StartsWith(Folder, StringComparison.Ordinal)).SelectMany(p => Read(files, p))];

    /// <summary>The objects of one file; none when it is missing.</summary>
    /// <exception cref="NodeBootException">It is no YAML.</exception>
    public static IReadOnlyList<JsonObject> Read(NodeFiles files, string path)
    {
        try
        {
            return [.. Documents(files.ReadText(path) ?? "")];
        }
        // The parser's own exceptions.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new NodeBootException("k3s", [$"{path} is no YAML: {e.Message}"]);
        }
    }

    /// <summary>The maps of a YAML text, document by document.</summary>
    public static IEnumerable<JsonObject> Documents(string text) =>
        $"\n{text}"
            .ReplaceLineEndings("\n")
            .Split(Separator)
            .Select(d => Json(KubernetesYaml.Deserialize<object>(d)))
            .OfType<JsonObject>();

    private static JsonNode? Json(object? yaml) =>
        yaml switch
        {
            null => null,
            IDictionary<object, object?> map => new JsonObject(
                map.Select(e => KeyValuePair.Create((string)e.Key, Json(e.Value)))
            ),
            IList<object?> list => new JsonArray([.. list.Select(Json)]),
            string text => text,
            bool flag => flag,
            float or double => Convert.ToDouble(yaml, CultureInfo.InvariantCulture),
            _ => Convert.ToInt64(yaml, CultureInfo.InvariantCulture),
        };
}

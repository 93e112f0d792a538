using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>Finds its way in a YAML tree; what is not there is null.</summary>
internal static class YamlReading
{
    public static YamlNode? At(this YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            node =
                node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child)
                    ? child
                    : null;
        }

        return node;
    }

    public static string Text(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlScalarNode { Value: { } value } ? value : "";

    public static int? Number(this YamlNode? node, params ReadOnlySpan<string> path) =>
        int.TryParse(node.Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static IReadOnlyList<YamlNode> Items(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlSequenceNode list ? [.. list.Children] : [];

    public static IReadOnlyDictionary<string, string> Map(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlMappingNode map
            ? map.Children.Where(c => c.Key is YamlScalarNode).ToDictionary(c => $"{c.Key}", c => c.Value.Text())
            : new Dictionary<string, string>();

    /// <summary>Every text below a node, a line each.</summary>
    public static string AllText(this YamlNode? node) =>
        node switch
        {
            YamlScalarNode { Value: { } value } => value,
            YamlSequenceNode list => string.Join('\n', list.Children.Select(AllText)),
            YamlMappingNode map => string.Join('\n', map.Children.Select(c => AllText(c.Value))),
            _ => "",
        };
}

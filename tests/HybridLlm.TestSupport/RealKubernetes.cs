using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.TestSupport;

/// <summary>
/// A real API server for the suites of Kubernetes and Liqo: used when <c>KUBEBUILDER_ASSETS</c> names a folder with its programs, as
/// <c>eng/tools.sh --full</c> makes one. Controllers of Liqo, nodes and pods are emulated beside it.
/// </summary>
public static class RealKubernetes
{
    /// <summary>Folder of the programs; null when everything is to be emulated.</summary>
    public static string? Binaries { get; } =
        Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } set ? set : null;

    /// <summary>Liqo's own CustomResourceDefinitions, each one JSON object; skips the test without them.</summary>
    public static IReadOnlyList<string> LiqoDefinitions() =>
        [
            .. Directory
                .GetFiles(SharedData.Require("liqo-crds"), "*.yaml")
                .Order(StringComparer.Ordinal)
                .Select(f => ToJson(File.ReadAllText(f)).ToJsonString()),
        ];

    /// <summary>Skips a test that is about what only the emulated server does.</summary>
    public static void RequireEmulated(string reason) =>
        Assert.SkipWhen(Binaries is not null, $"About the emulated API server: {reason}.");

    private static JsonNode ToJson(string yaml)
    {
        YamlStream stream = [];
        using StringReader text = new(yaml);
        stream.Load(text);
        return ToJson(stream.Documents[0].RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(p => KeyValuePair.Create(((YamlScalarNode)p.Key).Value!, ToJson(p.Value)))
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
            YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? ""),
            YamlScalarNode quoted => JsonValue.Create(quoted.Value),
            _ => null,
        };

    private static JsonValue? Plain(string text) =>
        text switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
                JsonValue.Create(whole),
            _ => JsonValue.Create(text),
        };
}

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

    private static readonly Lazy<Task<System.Version?>> s_version = new(AskAsync);

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

    /// <summary>Skips a test of what real servers do since a version; the emulated one is as a new one.</summary>
    public static async Task RequireSinceAsync(int major, int minor, string otherwise) =>
        Assert.SkipWhen(
            await IsBeforeAsync(major, minor),
            $"The real API server is older than {major}.{minor}: {otherwise}."
        );

    /// <summary>Whether the server is a real one, and older than that.</summary>
    public static async Task<bool> IsBeforeAsync(int major, int minor) =>
        await s_version.Value is { } version && version < new System.Version(major, minor);

    /// <summary>From what it says of itself, e.g. "Kubernetes v1.20.2".</summary>
    private static async Task<System.Version?> AskAsync() =>
        Binaries is null
            ? null
            : System.Version.Parse(
                string.Join(
                    '.',
                    (await Command.RunAsync(Path.Combine(Binaries, "kube-apiserver"), "--version"))
                        .Split('v')[^1]
                        .Split('.', '-', '+')
                        .Take(2)
                )
            );

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

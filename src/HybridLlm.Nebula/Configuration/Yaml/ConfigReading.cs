using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>Where the reader is and what it found so far.</summary>
internal sealed class ConfigReading
{
    private readonly Dictionary<string, (string? File, int Line)> _places = [];
    private readonly Dictionary<YamlNode, string> _files = new(ReferenceEqualityComparer.Instance);

    public List<ConfigFinding> Findings { get; } = [];

    /// <summary>Path of the key being read.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Whether a node is there only by name, as in <c>port:</c> with nothing behind it.</summary>
    public static bool IsNull(YamlNode node) =>
        node
            is YamlScalarNode
            {
                Value: null or "" or "~" or "null" or "Null" or "NULL",
                Style: ScalarStyle.Plain or ScalarStyle.Any
            };

    /// <summary>Says that a node and all below it come from a file.</summary>
    public void Register(YamlNode node, string file)
    {
        if (_files.TryAdd(node, file))
        {
            foreach (var inner in YamlBounds.Children(node))
            {
                Register(inner, file);
            }
        }
    }

    /// <summary>Reads something one level down.</summary>
    public T At<T>(string step, YamlNode node, Func<T> read)
    {
        var outer = Path;
        Path = step.StartsWith('[') || outer.Length == 0 ? outer + step : $"{outer}.{step}";
        _places[Path] = (FileOf(node), LineOf(node));
        var value = read();
        Path = outer;
        return value;
    }

    public void Error(YamlNode node, string code, string message, string remedy) =>
        Add(ConfigSeverity.Error, node, code, message, remedy);

    public void Warn(YamlNode node, string code, string message, string remedy) =>
        Add(ConfigSeverity.Warning, node, code, message, remedy);

    /// <summary>A finding made later on the model, with the place of its key, or of the section that lacks it.</summary>
    public ConfigFinding Locate(ConfigFinding finding)
    {
        for (var at = finding.Path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (_places.TryGetValue(at, out var place))
            {
                return finding with { File = place.File, Line = place.Line };
            }
        }

        return finding;
    }

    private void Add(ConfigSeverity severity, YamlNode node, string code, string message, string remedy) =>
        Findings.Add(
            new ConfigFinding(severity, Path, LineOf(node), new NebulaFault(code, message, remedy))
            {
                File = FileOf(node),
            }
        );

    private string? FileOf(YamlNode node) => _files.GetValueOrDefault(node);

    private static int LineOf(YamlNode node) => (int)node.Start.Line;
}

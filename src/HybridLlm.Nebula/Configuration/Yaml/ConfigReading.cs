using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>Where the reader is and what it found so far.</summary>
internal sealed class ConfigReading
{
    private readonly Dictionary<string, int> _lines = [];

    public List<ConfigFinding> Findings { get; } = [];

    /// <summary>Path of the key being read.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Line of each path read, for findings made later on the model.</summary>
    public IReadOnlyDictionary<string, int> Lines => _lines;

    /// <summary>Reads something one level down.</summary>
    public T At<T>(string step, YamlNode node, Func<T> read)
    {
        var outer = Path;
        Path = step.StartsWith('[') || outer.Length == 0 ? outer + step : $"{outer}.{step}";
        _lines[Path] = Line(node);
        var value = read();
        Path = outer;
        return value;
    }

    public void Error(YamlNode node, string code, string message, string remedy) =>
        Add(ConfigSeverity.Error, node, code, message, remedy);

    public void Warn(YamlNode node, string code, string message, string remedy) =>
        Add(ConfigSeverity.Warning, node, code, message, remedy);

    private void Add(ConfigSeverity severity, YamlNode node, string code, string message, string remedy) =>
        Findings.Add(new ConfigFinding(severity, Path, Line(node), new NebulaFault(code, message, remedy)));

    private static int Line(YamlNode node) => (int)node.Start.Line;
}

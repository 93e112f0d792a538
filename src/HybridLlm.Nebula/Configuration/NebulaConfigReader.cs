using HybridLlm.Nebula.Configuration.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration;

/// <summary>What reading a configuration gave.</summary>
/// <param name="Config">What could be understood.</param>
/// <param name="Findings">Everything that could not, in the file's order.</param>
public sealed record ConfigReadResult(NebulaConfig Config, IReadOnlyList<ConfigFinding> Findings)
{
    /// <summary>Whether there is no error among the findings.</summary>
    public bool IsValid => Findings.All(f => f.Severity != ConfigSeverity.Error);

    internal IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();
}

/// <summary>Reads configurations, and says of every key that nebula would ignore or misread that it would.</summary>
public static class NebulaConfigReader
{
    /// <summary>Reads one file's text.</summary>
    public static ConfigReadResult Read(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ConfigReading reading = new();
        NebulaConfig config = new();
        try
        {
            if (Root(yaml) is { } root && NebulaConfig.Codec.TryRead(root, reading, out var read))
            {
                config = read;
            }
        }
        catch (YamlException e)
        {
            reading.Findings.Add(
                new ConfigFinding(
                    ConfigSeverity.Error,
                    "",
                    (int)e.Start.Line,
                    new NebulaFault("config-yaml", $"The file is no YAML: {e.Message}", "Correct it at this line.")
                )
            );
        }

        return new ConfigReadResult(config, reading.Findings) { Lines = reading.Lines };
    }

    private static YamlNode? Root(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new MergingParser(new Parser(new StringReader(yaml))));
        return stream.Documents.FirstOrDefault()?.RootNode;
    }
}

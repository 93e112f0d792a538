using HybridLlm.Nebula.Configuration.Yaml;

namespace HybridLlm.Nebula.Configuration;

/// <summary>What reading a configuration gave.</summary>
/// <param name="Config">What could be understood.</param>
/// <param name="Findings">Everything that could not.</param>
public sealed record ConfigReadResult(NebulaConfig Config, IReadOnlyList<ConfigFinding> Findings)
{
    /// <summary>Whether there is no error among the findings.</summary>
    public bool IsValid => Findings.All(f => f.Severity != ConfigSeverity.Error);
}

/// <summary>Reads configurations, and says of every key that nebula would ignore or misread that it would.</summary>
public static class NebulaConfigReader
{
    /// <summary>Reads one file's text.</summary>
    public static ConfigReadResult Read(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return Read([new ConfigFile("config.yml", yaml)]);
    }

    /// <summary>Reads the files of a folder, merged by name as nebula does.</summary>
    public static ConfigReadResult Read(IReadOnlyList<ConfigFile> files)
    {
        var (config, reading) = ReadWithPlaces(files);
        return new ConfigReadResult(config, reading.Findings);
    }

    internal static (NebulaConfig Config, ConfigReading Reading) ReadWithPlaces(IReadOnlyList<ConfigFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        ConfigReading reading = new();
        var root = YamlFiles.Read([.. files.OrderBy(f => f.Name, StringComparer.Ordinal)], reading);
        if (root is null || !NebulaConfig.Codec.TryRead(root, reading, out var config))
        {
            config = new NebulaConfig();
        }

        return (config, reading);
    }
}

using HybridLlm.Nebula.Configuration.Rules;
using HybridLlm.Nebula.Configuration.Yaml;

namespace HybridLlm.Nebula.Configuration;

/// <summary>
/// Checks configurations beyond <c>nebula -test</c>: what nebula refuses, and what it silently ignores or takes for something
/// else. All findings at once. With the certificates at hand it also checks what depends on them.
/// </summary>
public static class NebulaConfigValidator
{
    /// <summary>Reads and checks one file's text; findings have lines.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="material">The certificates and key it points to; null to leave them unchecked.</param>
    public static IReadOnlyList<ConfigFinding> Validate(string yaml, PkiMaterial? material = null) =>
        Validate([new ConfigFile("config.yml", yaml)], material);

    /// <summary>Reads, merges and checks the files of a folder; findings have files and lines.</summary>
    /// <param name="files">The files.</param>
    /// <param name="material">The certificates and key they point to; null to leave them unchecked.</param>
    public static IReadOnlyList<ConfigFinding> Validate(IReadOnlyList<ConfigFile> files, PkiMaterial? material = null)
    {
        var (config, reading) = NebulaConfigReader.ReadWithPlaces(files);
        if (reading.Findings.Any(f => f.Fault.Code == YamlFiles.NoYaml))
        {
            // Of what is no YAML nothing was read, so nothing more can be said of it.
            return reading.Findings;
        }

        var found = Validate(config, material).Select(reading.Locate);
        return
        [
            .. reading.Findings.Concat(found).OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line ?? 0),
        ];
    }

    /// <summary>Checks a configuration made in code; findings have no lines.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="material">The certificates and key it points to; null to leave them unchecked.</param>
    public static IReadOnlyList<ConfigFinding> Validate(NebulaConfig config, PkiMaterial? material = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConfigFindings findings = new();
        PkiRules.Check(config, findings);
        LighthouseRules.Check(config, findings);
        DeviceRules.Check(config, findings);
        ServiceRules.Check(config, findings);
        HandshakeRules.Check(config.Handshakes, findings);
        FirewallRules.Check(config.Firewall, findings);
        if (material is not null && MaterialRules.Check(config, material, findings) is { } own)
        {
            OwnCertificateRules.Check(config, own, findings);
        }

        return findings.All;
    }
}

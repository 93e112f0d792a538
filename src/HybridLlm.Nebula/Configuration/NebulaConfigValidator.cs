using HybridLlm.Nebula.Configuration.Rules;

namespace HybridLlm.Nebula.Configuration;

/// <summary>
/// Checks configurations beyond <c>nebula -test</c>: what nebula refuses, and what it silently ignores or takes for something
/// else. All findings at once.
/// </summary>
public static class NebulaConfigValidator
{
    /// <summary>Reads and checks one file's text; findings have lines.</summary>
    public static IReadOnlyList<ConfigFinding> Validate(string yaml)
    {
        var read = NebulaConfigReader.Read(yaml);
        var found = Validate(read.Config).Select(f => f with { Line = LineOf(f.Path, read.Lines) });
        return [.. read.Findings.Concat(found).OrderBy(f => f.Line ?? 0)];
    }

    /// <summary>Checks a configuration made in code; findings have no lines.</summary>
    public static IReadOnlyList<ConfigFinding> Validate(NebulaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConfigFindings findings = new();
        PkiRules.Check(config, findings);
        LighthouseRules.Check(config, findings);
        DeviceRules.Check(config, findings);
        ServiceRules.Check(config, findings);
        FirewallRules.Check(config.Firewall, findings);
        return findings.All;
    }

    // A missing key has no line of its own; its section has.
    private static int? LineOf(string path, IReadOnlyDictionary<string, int> lines)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (lines.TryGetValue(at, out var line))
            {
                return line;
            }
        }

        return null;
    }
}

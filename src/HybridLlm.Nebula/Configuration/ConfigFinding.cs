namespace HybridLlm.Nebula.Configuration;

/// <summary>How bad a finding is.</summary>
public enum ConfigSeverity
{
    /// <summary>Works, but probably not as meant.</summary>
    Warning,

    /// <summary>Nebula refuses it, ignores it, or takes it for something else.</summary>
    Error,
}

/// <summary>One thing found in a configuration.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Path">The key, e.g. <c>firewall.inbound[2].port</c>; empty for the whole file.</param>
/// <param name="Line">Line in the file, from 1; null when the configuration was not read from text.</param>
/// <param name="Fault">What is wrong and what to do.</param>
public sealed record ConfigFinding(ConfigSeverity Severity, string Path, int? Line, NebulaFault Fault)
{
    /// <summary>File it is in; null when only one was read, or none.</summary>
    public string? File { get; init; }

    /// <summary>File, line, key, message and remedy.</summary>
    public override string ToString() =>
        $"{(File is null ? "" : $"{File}: ")}{(Line is { } line ? $"line {line}: " : "")}{Path}: {Fault}";
}

using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>One key of a section: how it is read, written and explained, and what changing it takes.</summary>
/// <param name="Name">The key.</param>
/// <param name="Write">Its value in a section; null when it is not set.</param>
/// <param name="Read">The section with the value of a node.</param>
/// <param name="Effect">What changing it takes; null for a section, whose keys decide.</param>
/// <param name="Comment">A line printed above it; null for none.</param>
internal sealed record ConfigKey<TSection>(
    string Name,
    Func<TSection, YamlValue?> Write,
    Func<TSection, YamlNode, ConfigReading, TSection> Read,
    ConfigChangeEffect? Effect,
    string? Comment
);

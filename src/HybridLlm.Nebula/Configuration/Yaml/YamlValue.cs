namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>What the writer prints: a small tree with comments, in a stable order.</summary>
internal abstract record YamlValue;

/// <summary>A scalar. <paramref name="IsText"/> false prints it bare (numbers, booleans).</summary>
internal sealed record YamlScalar(string Text, bool IsText) : YamlValue
{
    public static YamlScalar Of(bool value) => new(value ? "true" : "false", IsText: false);

    public static YamlScalar Of(long value) =>
        new(value.ToString(System.Globalization.CultureInfo.InvariantCulture), IsText: false);

    public static YamlScalar Of(string value) => new(value, IsText: true);
}

/// <summary>A list.</summary>
internal sealed record YamlList(IReadOnlyList<YamlValue> Items) : YamlValue;

/// <summary>A map, in writing order.</summary>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries) : YamlValue
{
    /// <summary>A line printed above the map where it is an item of a list; null for none.</summary>
    public string? Comment { get; init; }
}

/// <summary>A key of a map with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Comment">A line printed above; null for none.</param>
/// <param name="Effect">What changing the value takes; null where keys further down decide.</param>
internal sealed record YamlEntry(
    string Key,
    YamlValue Value,
    string? Comment = null,
    ConfigChangeEffect? Effect = null
);

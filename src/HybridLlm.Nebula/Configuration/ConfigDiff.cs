using HybridLlm.Nebula.Configuration.Yaml;

namespace HybridLlm.Nebula.Configuration;

/// <summary>A key whose value differs between two configurations of one node.</summary>
/// <param name="Path">The key, e.g. <c>tun.mtu</c>.</param>
/// <param name="Effect">What it takes for a running nebula to see it.</param>
public sealed record ConfigChange(string Path, ConfigChangeEffect Effect)
{
    /// <summary>Key and effect. Values stay out: a key may be inlined.</summary>
    public override string ToString() => $"{Path} ({(Effect == ConfigChangeEffect.Reload ? "reload" : "restart")})";
}

/// <summary>What changes between two configurations of a node, and whether SIGHUP is enough.</summary>
public sealed class ConfigDiff
{
    private ConfigDiff(IReadOnlyList<ConfigChange> changes) => Changes = changes;

    /// <summary>Keys that differ, in the file's order.</summary>
    public IReadOnlyList<ConfigChange> Changes { get; }

    /// <summary>What all of it takes; null when nothing differs.</summary>
    public ConfigChangeEffect? Effect => Changes.Count == 0 ? null : Changes.Max(c => c.Effect);

    /// <summary>Compares two configurations. Comments do not count.</summary>
    public static ConfigDiff Between(NebulaConfig before, NebulaConfig after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return new ConfigDiff([
            .. Compare("", (YamlMap)NebulaConfig.Codec.Write(before), (YamlMap)NebulaConfig.Codec.Write(after)),
        ]);
    }

    private static IEnumerable<ConfigChange> Compare(string path, YamlMap before, YamlMap after)
    {
        var keys = after.Entries.Concat(before.Entries).DistinctBy(e => e.Key);
        return keys.SelectMany(key => Compare(path, key, Find(before, key.Key), Find(after, key.Key)));
    }

    private static IEnumerable<ConfigChange> Compare(string path, YamlEntry key, YamlValue? before, YamlValue? after)
    {
        var at = path.Length == 0 ? key.Key : $"{path}.{key.Key}";
        if (key.Effect is { } effect)
        {
            return Text(before) == Text(after) ? [] : [new ConfigChange(at, effect)];
        }

        YamlMap nothing = new([]);
        return Compare(at, before as YamlMap ?? nothing, after as YamlMap ?? nothing);
    }

    private static YamlValue? Find(YamlMap map, string key) => map.Entries.FirstOrDefault(e => e.Key == key)?.Value;

    private static string? Text(YamlValue? value) =>
        value is null ? null : YamlText.Write(new YamlMap([new YamlEntry("value", Bare(value))]));

    private static YamlValue Bare(YamlValue value) =>
        value switch
        {
            YamlMap map => new YamlMap([.. map.Entries.Select(e => e with { Value = Bare(e.Value), Comment = null })]),
            YamlList list => new YamlList([.. list.Items.Select(Bare)]),
            _ => value,
        };
}

using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>
/// A map whose keys are known: a section of the file, a firewall rule, a route. Each section builds its table of keys with the
/// methods below, in writing order; these tables are the only place that knows nebula's keys. A property that is null, or an
/// empty list or section, is not written.
/// </summary>
internal sealed class SectionCodec<T> : ConfigCodec<T>
    where T : class, new()
{
    private readonly List<ConfigKey<T>> _keys = [];

    /// <summary>Keys that older releases had, and what replaces them.</summary>
    public IReadOnlyDictionary<string, string> Deprecated { get; init; } = new Dictionary<string, string>();

    /// <summary>What replaces a scalar that older releases had in the place of the map; null when they had none.</summary>
    public string? InsteadOfScalar { get; init; }

    /// <summary>What concerns several keys together and would be lost in the model.</summary>
    public Action<YamlMappingNode, ConfigReading> CheckTogether { get; init; } = (_, _) => { };

    /// <summary>A comment printed above a value that is an item of a list.</summary>
    public Func<T, string?> CommentOf { get; init; } = _ => null;

    public SectionCodec<T> Text(
        string name,
        Func<T, string?> get,
        Func<T, string, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    ) => Object(name, Codecs.Text, get, set, effect, comment);

    public SectionCodec<T> Bool(
        string name,
        Func<T, bool?> get,
        Func<T, bool, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    ) => Value(name, Codecs.Bool, get, set, effect, comment);

    public SectionCodec<T> Duration(
        string name,
        Func<T, TimeSpan?> get,
        Func<T, TimeSpan, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    ) => Value(name, Codecs.Duration, get, set, effect, comment);

    public SectionCodec<T> Value<TValue>(
        string name,
        ConfigCodec<TValue> codec,
        Func<T, TValue?> get,
        Func<T, TValue, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    )
        where TValue : struct =>
        Add(name, codec, section => get(section) is { } value ? codec.Write(value) : null, set, effect, comment);

    public SectionCodec<T> Object<TValue>(
        string name,
        ConfigCodec<TValue> codec,
        Func<T, TValue?> get,
        Func<T, TValue, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    )
        where TValue : class =>
        Add(name, codec, section => get(section) is { } value ? codec.Write(value) : null, set, effect, comment);

    public SectionCodec<T> List<TItem>(
        string name,
        ConfigCodec<IReadOnlyList<TItem>> codec,
        Func<T, IReadOnlyList<TItem>> get,
        Func<T, IReadOnlyList<TItem>, T> set,
        ConfigChangeEffect effect,
        string? comment = null
    ) =>
        Add(
            name,
            codec,
            section => get(section) is { Count: > 0 } items ? codec.Write(items) : null,
            set,
            effect,
            comment
        );

    public SectionCodec<T> Section<TSection>(
        string name,
        SectionCodec<TSection> codec,
        Func<T, TSection> get,
        Func<T, TSection, T> set,
        string? comment = null
    )
        where TSection : class, new() =>
        Add(
            name,
            codec,
            section => codec.Write(get(section)) is YamlMap { Entries.Count: > 0 } written ? written : null,
            set,
            null,
            comment
        );

    public override YamlValue Write(T value) =>
        new YamlMap([
            .. _keys
                .Select(key => (key, Written: key.Write(value)))
                .Where(k => k.Written is not null)
                .Select(k => new YamlEntry(k.key.Name, k.Written!, k.key.Comment, k.key.Effect)),
        ])
        {
            Comment = CommentOf(value),
        };

    public override bool TryRead(YamlNode node, ConfigReading reading, out T value)
    {
        value = new T();
        if (node is YamlScalarNode && InsteadOfScalar is not null)
        {
            WarnDeprecated(node, InsteadOfScalar, reading);
            return false;
        }

        if (node is not YamlMappingNode map)
        {
            reading.Error(
                node,
                "config-not-a-map",
                $"{(reading.Path.Length == 0 ? "The file" : reading.Path)} is no map of keys.",
                "Write one 'key: value' a line, indented under it."
            );
            return false;
        }

        foreach (var (keyNode, valueNode) in map.Children)
        {
            var name = (keyNode as YamlScalarNode)?.Value ?? "?";
            var section = value;
            value = reading.At(name, keyNode, () => ReadKey(name, keyNode, valueNode, section, reading));
        }

        CheckTogether(map, reading);
        return true;
    }

    private T ReadKey(string name, YamlNode keyNode, YamlNode valueNode, T section, ConfigReading reading)
    {
        var key = _keys.FirstOrDefault(k => k.Name == name);
        if (key is null && Deprecated.TryGetValue(name, out var replacement))
        {
            WarnDeprecated(keyNode, replacement, reading);
            return section;
        }

        if (key is null)
        {
            reading.Error(
                keyNode,
                "config-unknown-key",
                $"Nebula knows no key {reading.Path} and ignores it.",
                Nearest(name) is { } near ? $"Did you mean {near}?" : "Remove it."
            );
            return section;
        }

        // An empty value is the same as no key.
        return ConfigReading.IsNull(valueNode) ? section : key.Read(section, valueNode, reading);
    }

    private static void WarnDeprecated(YamlNode node, string replacement, ConfigReading reading) =>
        reading.Warn(
            node,
            "config-deprecated",
            $"{reading.Path} in this form is deprecated; this library does not read it.",
            $"Use {replacement}."
        );

    private string? Nearest(string name) =>
        _keys
            .Select(k => (k.Name, Distance: EditDistance.Between(name, k.Name)))
            .Where(k => k.Distance <= Math.Max(1, name.Length / 3))
            .OrderBy(k => k.Distance)
            .Select(k => k.Name)
            .FirstOrDefault();

    private SectionCodec<T> Add<TValue>(
        string name,
        ConfigCodec<TValue> codec,
        Func<T, YamlValue?> write,
        Func<T, TValue, T> set,
        ConfigChangeEffect? effect,
        string? comment
    )
    {
        _keys.Add(
            new ConfigKey<T>(
                name,
                write,
                (section, node, reading) => codec.TryRead(node, reading, out var value) ? set(section, value) : section,
                effect,
                comment
            )
        );
        return this;
    }
}

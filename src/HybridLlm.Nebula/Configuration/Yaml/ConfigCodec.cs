using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>One kind of value, both ways.</summary>
internal abstract class ConfigCodec<T>
{
    /// <summary>Reads a node; reports why and returns false when it is no such value.</summary>
    public abstract bool TryRead(YamlNode node, ConfigReading reading, out T value);

    public abstract YamlValue Write(T value);
}

/// <summary>A value whose YAML is one scalar.</summary>
/// <param name="kind">What it should be, for messages: "a whole number from 0 to 65535".</param>
/// <param name="parse">Its value; null when the text is none.</param>
/// <param name="write">Its scalar.</param>
internal sealed class ScalarCodec<T>(string kind, Func<string, (bool Ok, T Value)> parse, Func<T, YamlScalar> write)
    : ConfigCodec<T>
{
    public override bool TryRead(YamlNode node, ConfigReading reading, out T value)
    {
        var text = ConfigReading.IsNull(node) ? null : (node as YamlScalarNode)?.Value;
        var (ok, parsed) = text is null ? default : parse(text);
        value = parsed;
        if (!ok)
        {
            // Nebula falls back to its default for most of these and says nothing.
            reading.Error(
                node,
                "config-value",
                node is not YamlScalarNode ? $"A list or map stands where {kind} belongs."
                    : text is null ? $"Nothing stands where {kind} belongs."
                    : $"'{text}' is not {kind}.",
                $"Write {kind}."
            );
        }

        return ok;
    }

    public override YamlValue Write(T value) => write(value);
}

/// <summary>A list of values of one kind.</summary>
/// <param name="item">The kind.</param>
/// <param name="single">Whether nebula also takes one value without a list.</param>
internal sealed class ListCodec<T>(ConfigCodec<T> item, bool single = false) : ConfigCodec<IReadOnlyList<T>>
{
    public override bool TryRead(YamlNode node, ConfigReading reading, out IReadOnlyList<T> value)
    {
        List<T> items = [];
        value = items;
        if (node is YamlSequenceNode sequence)
        {
            for (var i = 0; i < sequence.Children.Count; i++)
            {
                var child = sequence.Children[i];
                var (ok, parsed) = reading.At(
                    $"[{i}]",
                    child,
                    () => (item.TryRead(child, reading, out var read), read)
                );
                items.AddRange(ok ? [parsed] : []);
            }

            return true;
        }

        if (single && item.TryRead(node, reading, out var only))
        {
            items.Add(only);
            return true;
        }

        if (!single)
        {
            reading.Error(
                node,
                "config-not-a-list",
                $"{reading.Path} is no list; nebula ignores it.",
                "Write a list, one '- ' item a line."
            );
        }

        return false;
    }

    public override YamlValue Write(IReadOnlyList<T> value) => new YamlList([.. value.Select(item.Write)]);
}

/// <summary>A map whose keys are data (addresses, ranges), as a list of pairs.</summary>
/// <param name="key">The keys' kind.</param>
/// <param name="value">The values' kind.</param>
/// <param name="join">Pair to item.</param>
/// <param name="split">Item to pair.</param>
internal sealed class MapCodec<TKey, TValue, TItem>(
    ConfigCodec<TKey> key,
    ConfigCodec<TValue> value,
    Func<TKey, TValue, TItem> join,
    Func<TItem, (TKey Key, TValue Value)> split
) : ConfigCodec<IReadOnlyList<TItem>>
{
    public override bool TryRead(YamlNode node, ConfigReading reading, out IReadOnlyList<TItem> items)
    {
        List<TItem> read = [];
        items = read;
        if (node is not YamlMappingNode map)
        {
            reading.Error(
                node,
                "config-not-a-map",
                $"{reading.Path} is no map.",
                "Write one 'key: value' a line, indented under it."
            );
            return false;
        }

        foreach (var (keyNode, valueNode) in map.Children)
        {
            reading.At(
                (keyNode as YamlScalarNode)?.Value ?? "?",
                keyNode,
                () =>
                {
                    if (key.TryRead(keyNode, reading, out var k) && value.TryRead(valueNode, reading, out var v))
                    {
                        read.Add(join(k, v));
                    }

                    return true;
                }
            );
        }

        return true;
    }

    public override YamlValue Write(IReadOnlyList<TItem> items) =>
        new YamlMap([
            .. items
                .Select(split)
                .Select(pair => new YamlEntry(((YamlScalar)key.Write(pair.Key)).Text, value.Write(pair.Value))),
        ]);
}

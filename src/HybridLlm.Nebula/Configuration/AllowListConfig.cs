using HybridLlm.Nebula.Configuration.Yaml;
using HybridLlm.Nebula.Networks;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration;

/// <summary>
/// An entry of an allow list. The longest matching range decides. A list of only trues denies everything else, one of only
/// falses allows it; a mixed list must name <c>0.0.0.0/0</c> (and <c>::/0</c>).
/// </summary>
/// <param name="Range">Addresses it is about.</param>
/// <param name="Allowed">Whether they may be used.</param>
public sealed record AllowedRange(NebulaPrefix Range, bool Allowed)
{
    internal static ConfigCodec<IReadOnlyList<AllowedRange>> MapCodec { get; } =
        new MapCodec<NebulaPrefix, bool, AllowedRange>(
            Codecs.Prefix,
            AllowedCodec.Instance,
            (range, allowed) => new AllowedRange(range, allowed),
            entry => (entry.Range, entry.Allowed)
        );
}

/// <summary>An entry of <c>local_allow_list.interfaces</c>; all entries must have the same value.</summary>
/// <param name="Pattern">Regular expression of the interface's whole name.</param>
/// <param name="Allowed">Whether its addresses may be advertised.</param>
public sealed record AllowedInterface(string Pattern, bool Allowed)
{
    internal static ConfigCodec<IReadOnlyList<AllowedInterface>> MapCodec { get; } =
        new MapCodec<string, bool, AllowedInterface>(
            Codecs.Text,
            AllowedCodec.Instance,
            (pattern, allowed) => new AllowedInterface(pattern, allowed),
            entry => (entry.Pattern, entry.Allowed)
        );
}

/// <summary><c>lighthouse.local_allow_list</c>: which of its own addresses a node tells lighthouses about.</summary>
public sealed record LocalAllowList
{
    /// <summary>By interface name; empty for all.</summary>
    public IReadOnlyList<AllowedInterface> Interfaces { get; init; } = [];

    /// <summary>By address; empty for all.</summary>
    public IReadOnlyList<AllowedRange> Ranges { get; init; } = [];

    internal static ConfigCodec<LocalAllowList> Codec { get; } = new LocalAllowListCodec();

    // One map holds the key "interfaces" and, beside it, ranges.
    private sealed class LocalAllowListCodec : ConfigCodec<LocalAllowList>
    {
        private const string InterfacesKey = "interfaces";

        public override bool TryRead(YamlNode node, ConfigReading reading, out LocalAllowList value)
        {
            value = new LocalAllowList();
            if (node is not YamlMappingNode map)
            {
                return AllowedRange.MapCodec.TryRead(node, reading, out _);
            }

            YamlMappingNode ranges = [];
            foreach (var (key, child) in map.Children)
            {
                if (key is not YamlScalarNode { Value: InterfacesKey })
                {
                    ranges.Add(key, child);
                }
                else if (reading.At(InterfacesKey, key, () => ReadInterfaces(child, reading)) is { } interfaces)
                {
                    value = value with { Interfaces = interfaces };
                }
            }

            if (AllowedRange.MapCodec.TryRead(ranges, reading, out var read))
            {
                value = value with { Ranges = read };
            }

            return true;
        }

        public override YamlValue Write(LocalAllowList value)
        {
            var ranges = (YamlMap)AllowedRange.MapCodec.Write(value.Ranges);
            return value.Interfaces.Count == 0
                ? ranges
                : new YamlMap([
                    new YamlEntry(InterfacesKey, AllowedInterface.MapCodec.Write(value.Interfaces)),
                    .. ranges.Entries,
                ]);
        }

        private static IReadOnlyList<AllowedInterface>? ReadInterfaces(YamlNode node, ConfigReading reading) =>
            AllowedInterface.MapCodec.TryRead(node, reading, out var read) ? read : null;
    }
}

/// <summary>Whether an allow list allows: nebula takes fewer words for it here, and no numbers or quotes.</summary>
internal sealed class AllowedCodec : ConfigCodec<bool>
{
    public static readonly AllowedCodec Instance = new();

    public override bool TryRead(YamlNode node, ConfigReading reading, out bool value)
    {
        var isWord =
            node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: { } text }
            && text.ToLowerInvariant() is ("true" or "false" or "yes" or "no" or "y" or "n");
        if (isWord)
        {
            return Codecs.Bool.TryRead(node, reading, out value);
        }

        reading.Error(
            node,
            "config-value",
            $"{reading.Path} is neither true nor false; nebula does not start.",
            "Write true or false, without quotes."
        );
        value = false;
        return false;
    }

    public override YamlValue Write(bool value) => YamlScalar.Of(value);
}

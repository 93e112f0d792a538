using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>
/// Bounds what a file may make of a reader. A few lines that refer to each other stand for billions of values, and deep nesting
/// takes the parser ages; no configuration needs either, and nebula refuses both.
/// </summary>
internal static class YamlBounds
{
    private const int MaxDepth = 200;
    private const long MaxNodes = 1_000_000;

    // A node that is being measured: whoever meets it again is inside of it.
    private const long Open = -1;

    /// <summary>Passes a parser's events on, until they nest too deep.</summary>
    public static IParser Bounded(IParser parser) => new DepthParser(parser);

    /// <summary>Looks how much a document is with all that it refers to written out.</summary>
    /// <exception cref="YamlException">It is too much, or refers to itself.</exception>
    public static void Check(YamlNode root) =>
        Measure(root, 0, new Dictionary<YamlNode, long>(ReferenceEqualityComparer.Instance));

    private static long Measure(YamlNode node, int depth, Dictionary<YamlNode, long> sizes)
    {
        if (sizes.TryGetValue(node, out var known))
        {
            return known != Open ? known : throw TooMuch(node.Start, "A value refers to itself.");
        }

        sizes[node] = Open;
        var size = 1 + Children(node).Sum(child => Measure(child, depth + 1, sizes));
        if (size > MaxNodes || depth > MaxDepth)
        {
            throw TooMuch(node.Start, "Values that refer to each other grow beyond all measure.");
        }

        return sizes[node] = size;
    }

    public static IEnumerable<YamlNode> Children(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => map.Children.SelectMany(pair => new[] { pair.Key, pair.Value }),
            YamlSequenceNode sequence => sequence.Children,
            _ => [],
        };

    private static YamlException TooMuch(Mark at, string why) => new(at, at, why);

    private sealed class DepthParser(IParser inner) : IParser
    {
        private int _depth;

        public ParsingEvent? Current => inner.Current;

        public bool MoveNext()
        {
            var moved = inner.MoveNext();
            _depth += moved ? inner.Current!.NestingIncrease : 0;
            return _depth <= MaxDepth + 2 ? moved : throw TooMuch(inner.Current!.Start, "Values nest too deep.");
        }
    }
}

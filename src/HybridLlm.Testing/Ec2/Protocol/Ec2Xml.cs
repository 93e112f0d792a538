using System.Globalization;
using System.Xml.Linq;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>EC2's XML: camel-case leaves, lists whose members are called <c>item</c>, absent means no element.</summary>
internal static class Ec2Xml
{
    /// <summary>A leaf, or nothing for null.</summary>
    public static XElement? Leaf(string name, object? value) => value is null ? null : new XElement(name, Text(value));

    public static XElement Node(string name, params object?[] children) => new(name, children);

    /// <summary>A list of structures.</summary>
    public static XElement Set<T>(string name, IEnumerable<T> items, Func<T, object?[]> render) =>
        new(name, items.Select(i => new XElement("item", render(i))));

    /// <summary>A list of plain values.</summary>
    public static XElement Values(string name, IEnumerable<string> values) =>
        new(name, values.Select(v => new XElement("item", v)));

    /// <summary>The same elements under an XML namespace.</summary>
    public static XElement InNamespace(this XElement root, XNamespace xmlns)
    {
        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = xmlns + element.Name.LocalName;
        }

        return root;
    }

    /// <summary>E.g. <c>2026-11-23T18:02:00.000Z</c>.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>2026-11-23T18:02:00Z</c>.</summary>
    public static string Seconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(object value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            DateTimeOffset time => Timestamp(time),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}

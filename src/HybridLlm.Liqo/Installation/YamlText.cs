using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Liqo.Installation;

/// <summary>
/// Block YAML of maps, lists and scalars. Strings are always quoted, as in JSON, so none can turn into something
/// else.
/// </summary>
internal static class YamlText
{
    private const int Step = 2;

    public static string Write(JsonObject map)
    {
        StringBuilder text = new();
        Write(text, map, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonObject map, int indent)
    {
        foreach (var (name, value) in map)
        {
            text.Append(' ', indent).Append(Key(name)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } inner:
                    text.Append('\n');
                    Write(text, inner, indent + Step);
                    break;
                case JsonArray { Count: > 0 } items:
                    text.Append('\n');
                    foreach (var item in items)
                    {
                        Item(text, item, indent + Step);
                    }

                    break;
                default:
                    text.Append(' ').Append(Scalar(value)).Append('\n');
                    break;
            }
        }
    }

    /// <summary>A map in a list has its hyphen where its first key's indentation would end.</summary>
    private static void Item(StringBuilder text, JsonNode? item, int indent)
    {
        var start = text.Length;
        if (item is JsonObject { Count: > 0 } map)
        {
            Write(text, map, indent + Step);
            text[start + indent] = '-';
        }
        else
        {
            text.Append(' ', indent).Append("- ").Append(Scalar(item)).Append('\n');
        }
    }

    private static string Key(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '/' or '_') && !char.IsAsciiDigit(name[0])
            ? name
            : Scalar(name);

    private static string Scalar(JsonNode? value) => value?.ToJsonString() ?? "null";
}

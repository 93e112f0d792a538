using System.Globalization;
using System.Text;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>
/// Prints a tree as YAML: two spaces a level, a blank line between top-level keys, comments above their key. Text is quoted
/// wherever a YAML 1.1 or 1.2 reader might take it for something else; texts of several lines (PEM) become literal blocks.
/// </summary>
internal static class YamlText
{
    private static readonly string[] s_words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", ""];

    public static string Write(YamlMap map)
    {
        StringBuilder text = new();
        foreach (var entry in map.Entries)
        {
            text.Append(text.Length > 0 ? "\n" : "");
            Entry(text, entry, 0, "");
        }

        return text.ToString();
    }

    private static void Entry(StringBuilder text, YamlEntry entry, int indent, string first)
    {
        var margin = new string(' ', indent);
        if (entry.Comment is not null)
        {
            text.Append(first.Length > 0 ? first : margin).Append("# ").Append(entry.Comment).Append('\n');
            first = "";
        }

        text.Append(first.Length > 0 ? first : margin).Append(Scalar(entry.Key)).Append(':');
        Value(text, entry.Value, indent);
    }

    // Called with the cursor right after "key:" or "-".
    private static void Value(StringBuilder text, YamlValue value, int indent)
    {
        switch (value)
        {
            case YamlScalar { IsText: true } scalar when scalar.Text.Contains('\n', StringComparison.Ordinal):
                Block(text, scalar.Text, indent + 2);
                break;
            case YamlScalar scalar:
                text.Append(' ').Append(scalar.IsText ? Scalar(scalar.Text) : scalar.Text).Append('\n');
                break;
            case YamlMap { Entries.Count: 0 }:
                text.Append(" {}\n");
                break;
            case YamlList { Items.Count: 0 }:
                text.Append(" []\n");
                break;
            case YamlMap map:
                text.Append('\n');
                foreach (var entry in map.Entries)
                {
                    Entry(text, entry, indent + 2, "");
                }

                break;
            case YamlList list:
                text.Append('\n');
                foreach (var item in list.Items)
                {
                    Item(text, item, indent + 2);
                }

                break;
        }
    }

    private static void Item(StringBuilder text, YamlValue item, int indent)
    {
        var margin = new string(' ', indent);
        if (item is not YamlMap { Entries.Count: > 0 } map)
        {
            text.Append(margin).Append('-');
            Value(text, item, indent);
            return;
        }

        if (map.Comment is not null)
        {
            text.Append(margin).Append("# ").Append(map.Comment).Append('\n');
        }

        for (var i = 0; i < map.Entries.Count; i++)
        {
            Entry(text, map.Entries[i], indent + 2, i == 0 ? margin + "- " : "");
        }
    }

    private static void Block(StringBuilder text, string content, int indent)
    {
        var margin = new string(' ', indent);
        text.Append(content.EndsWith('\n') ? " |\n" : " |-\n");
        foreach (var line in content.TrimEnd('\n').Split('\n'))
        {
            text.Append(line.Length > 0 ? margin : "").Append(line).Append('\n');
        }
    }

    private static string Scalar(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text) =>
        !s_words.Contains(text, StringComparer.OrdinalIgnoreCase)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ' ')
        && (char.IsAsciiLetter(text[0]) || text[0] == '/' || IsAddress(text))
        && text[^1] != ' ';

    // Digits and dots: an address or a prefix is no number to any YAML reader, a bare number might be.
    private static bool IsAddress(string text) =>
        text.Count(c => c == '.') == 3 && text.All(c => !char.IsAsciiLetter(c));

    private static string Quoted(string text)
    {
        StringBuilder quoted = new();
        quoted.Append('"');
        foreach (var c in text)
        {
            quoted.Append(
                c switch
                {
                    '"' => "\\\"",
                    '\\' => @"\\",
                    '\n' => @"\n",
                    '\r' => @"\r",
                    '\t' => @"\t",
                    < ' ' or '\x7f' or '\x85' or '\u2028' or '\u2029' or '\ufeff' => @"\u"
                        + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                    _ => c.ToString(),
                }
            );
        }

        return quoted.Append('"').ToString();
    }
}

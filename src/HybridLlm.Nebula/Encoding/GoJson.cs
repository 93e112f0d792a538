using System.Globalization;
using System.Text;

namespace HybridLlm.Nebula.Encoding;

/// <summary>JSON as Go's <c>encoding/json</c> writes it: sorted keys, HTML characters escaped, no white space.</summary>
internal static class GoJson
{
    public static string Object(IEnumerable<(string Key, string Json)> members) =>
        $"{{{string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{Text(m.Key)}:{m.Json}"))}}}";

    public static string Hex(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToHexStringLower(bytes)}\"";

    public static string Text(string text)
    {
        StringBuilder json = new(text.Length + 2);
        json.Append('"');
        foreach (var c in text)
        {
            json.Append(Escape(c) ?? c.ToString());
        }

        return json.Append('"').ToString();
    }

    private static string? Escape(char c) =>
        c switch
        {
            '"' => "\\\"",
            '\\' => @"\\",
            '\b' => @"\b",
            '\f' => @"\f",
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            // Go escapes the replacement character that stands for a byte that is no UTF-8, and leaves one that was there.
            // Here the two cannot be told apart, and the first is what occurs.
            < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' or '\ufffd' => @"\u"
                + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
            _ => null,
        };
}

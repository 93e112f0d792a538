namespace HybridLlm.Nebula.Encoding;

/// <summary>
/// Finds PEM blocks where nebula finds them (Go's <c>encoding/pem</c>): only at the beginning of a line, with or without header
/// lines. What is no whole block is text, which counts for nothing before a block.
/// </summary>
internal sealed class PemReader(string text)
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Dashes = "-----";

    private int _next;

    /// <summary>What follows the last block that was read.</summary>
    public string Remainder => text[_next..];

    public bool TryRead(out PemBlock block)
    {
        for (var at = _next; FindLine(Begin, at) is >= 0 and var begin; )
        {
            var label = Line(begin + Begin.Length, out at);
            if (label.EndsWith(Dashes, StringComparison.Ordinal) && TryFinish(label, ref at, out block))
            {
                _next = at;
                return true;
            }
        }

        block = default;
        return false;
    }

    /// <summary>Reads headers, content and last line of a block that begins with <paramref name="label"/> and its dashes.</summary>
    private bool TryFinish(string label, ref int at, out PemBlock block)
    {
        block = default;
        var first = at;
        while (Line(at, out var next).Contains(':', StringComparison.Ordinal))
        {
            at = next;
        }

        // After headers comes at least one line before the end, be it an empty one.
        var end = FindLine(End, at);
        if (end < 0 || (end == at && at > first) || Line(end + End.Length, out var after) != label)
        {
            return false;
        }

        var content = new byte[end - at];
        if (!Convert.TryFromBase64Chars(text.AsSpan(at, end - at), content, out var length))
        {
            return false;
        }

        block = new PemBlock(label[..^Dashes.Length], content[..length]);
        at = after;
        return true;
    }

    /// <summary>Where the next line from <paramref name="at"/> on begins that starts so; -1 for nowhere.</summary>
    private int FindLine(string start, int at)
    {
        if (string.CompareOrdinal(text, at, start, 0, start.Length) == 0)
        {
            return at;
        }

        var before = text.IndexOf('\n' + start, at, StringComparison.Ordinal);
        return before < 0 ? -1 : before + 1;
    }

    /// <summary>The line from <paramref name="at"/> on, without white space at its end.</summary>
    private string Line(int at, out int next)
    {
        var end = text.IndexOf('\n', at);
        next = end < 0 ? text.Length : end + 1;
        var line = text[at..(end < 0 ? text.Length : end)];
        return (end >= 0 && line.EndsWith('\r') ? line[..^1] : line).TrimEnd(' ', '\t');
    }
}

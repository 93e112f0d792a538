namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Parts the raw text of an answer that was taken up inside a thought: up to the closing tag it is thought, after it and the white
/// space round it answer. Ollama's own parsers do that where a template is used.
/// </summary>
internal sealed class ThoughtSplitter
{
    private const string Tag = ContinuationPlanner.CloseThought;

    private string _held = "";
    private bool _closed;
    private bool _answered;

    /// <summary>The part of the next piece that is thought and the part that is answer; either may be empty.</summary>
    public (string Thinking, string Text) Split(string piece, bool last)
    {
        if (_closed)
        {
            return ("", Answer(piece));
        }

        var text = _held + piece;
        var tag = text.IndexOf(Tag, StringComparison.Ordinal);
        if (tag >= 0)
        {
            (_closed, _held) = (true, "");
            return (text[..tag].TrimEnd(), Answer(text[(tag + Tag.Length)..]));
        }

        var keep = last ? text.Length : Kept(text);
        _held = text[keep..];
        return (text[..keep], "");
    }

    /// <summary>Where the part begins that could be white space before the tag, or the tag's beginning.</summary>
    private static int Kept(string text)
    {
        for (var start = Math.Max(0, text.Length - Tag.Length + 1); start < text.Length; start++)
        {
            if (Tag.StartsWith(text[start..], StringComparison.Ordinal))
            {
                return text[..start].TrimEnd().Length;
            }
        }

        return text.TrimEnd().Length;
    }

    private string Answer(string text)
    {
        var answer = _answered ? text : text.TrimStart();
        _answered |= answer.Length > 0;
        return answer;
    }
}

namespace HybridLlm.Ollama.Continuity;

/// <summary>Skips in a repeated answer what has been delivered, and checks word for word that it is the same.</summary>
internal sealed class DeliveredSkipper(AnswerSoFar delivered)
{
    private string _text = delivered.Text;
    private string _thinking = delivered.Thinking;
    private int _toolCalls;

    /// <summary>The part of a chunk that is new; null if none of it is.</summary>
    /// <exception cref="ContinuityLostException">It says something else.</exception>
    public OllamaChunk? Skip(OllamaChunk chunk)
    {
        if (_text.Length == 0 && _thinking.Length == 0 && _toolCalls == delivered.ToolCalls.Count)
        {
            return chunk;
        }

        var thinking = Rest(chunk.Thinking, ref _thinking);
        var text = Rest(chunk.Text, ref _text);
        var calls = chunk.ToolCalls.Where(c => !IsDelivered(ToolCallText.Of(c))).ToList();
        if (chunk.Done && (_text.Length > 0 || _thinking.Length > 0 || _toolCalls < delivered.ToolCalls.Count))
        {
            throw Other();
        }

        return text.Length == 0 && thinking.Length == 0 && calls.Count == 0 && !chunk.Done
            ? null
            : ChunkWriter.With(chunk, text, thinking, calls);
    }

    private bool IsDelivered(string call) =>
        _toolCalls < delivered.ToolCalls.Count && (delivered.ToolCalls[_toolCalls++] == call ? true : throw Other());

    private static string Rest(string piece, ref string expected)
    {
        var common = Math.Min(piece.Length, expected.Length);
        if (!piece.AsSpan(0, common).SequenceEqual(expected.AsSpan(0, common)))
        {
            throw Other();
        }

        expected = expected[common..];
        return piece[common..];
    }

    private static ContinuityLostException Other() =>
        new("the other server answers differently.", "Ask again; the answer so far cannot be kept.", null);
}

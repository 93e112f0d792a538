using System.Text;

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Records what is delivered. A chunk whose end could begin a stop string is kept back until it is clear that it does not, so that
/// an answer never has to go on from inside one, where the next server would not see it.
/// </summary>
internal sealed class AnswerJournal(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();
    private readonly List<string> _toolCalls = [];
    private readonly List<OllamaChunk> _held = [];
    private int? _tokens = 0;

    /// <summary>What has been delivered.</summary>
    public AnswerSoFar Delivered =>
        new()
        {
            Text = _text.ToString(),
            Thinking = _thinking.ToString(),
            ToolCalls = [.. _toolCalls],
            Tokens = _tokens,
        };

    /// <summary>Takes a chunk in and gives out what can be delivered now.</summary>
    public IReadOnlyList<OllamaChunk> Add(OllamaChunk chunk)
    {
        _held.Add(chunk);
        if (!chunk.Done && stops.Count > 0 && CouldBeginStop(string.Concat(_held.Select(c => c.Text))))
        {
            return [];
        }

        return Flush();
    }

    /// <summary>Gives out what was kept back.</summary>
    public IReadOnlyList<OllamaChunk> Flush()
    {
        OllamaChunk[] ready = [.. _held];
        _held.Clear();
        foreach (var delivered in ready)
        {
            Record(delivered);
        }

        return ready;
    }

    /// <summary>Forgets what was kept back: the next server says it again.</summary>
    public void DropHeld() => _held.Clear();

    private void Record(OllamaChunk chunk)
    {
        _text.Append(chunk.Text);
        _thinking.Append(chunk.Thinking);
        _toolCalls.AddRange(chunk.ToolCalls.Select(ToolCallText.Of));
        // The last line's tokens are in its counters.
        _tokens += chunk.Done ? 0 : chunk.TokenCount;
    }

    private bool CouldBeginStop(string text) =>
        stops.Any(stop =>
        {
            for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
            {
                if (stop.StartsWith(text[^length..], StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        });
}

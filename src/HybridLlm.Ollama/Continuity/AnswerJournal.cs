using System.Text;

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Records what is delivered. Where there are stop strings, a chunk whose end could begin one is kept back until it is clear that it
/// does not, so that an answer never has to go on from inside one, where the next server would not see it. Where they are the
/// request's own, the last chunk is always kept back, too: a stop string may have cut it short, which shows only in that no text
/// follows it. Of a model's own, which are mostly tokens of their own, only a token that looks cut short is kept back.
/// </summary>
internal sealed class AnswerJournal(IReadOnlyList<string>? asked)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();
    private readonly List<string> _toolCalls = [];
    private readonly List<OllamaChunk> _held = [];
    private readonly List<OllamaChunk> _ready = [];
    private int? _tokens = 0;
    private bool _uncounted;

    /// <summary>Stop strings of the model, which hold where the request gives none.</summary>
    public IReadOnlyList<string> ModelStops { get; set; } = [];

    /// <summary>What has been delivered.</summary>
    public AnswerSoFar Delivered =>
        new()
        {
            Text = _text.ToString(),
            Thinking = _thinking.ToString(),
            ToolCalls = [.. _toolCalls],
            Tokens = _tokens,
            Uncounted = _uncounted,
        };

    /// <summary>Takes a chunk in and gives out what can be delivered now; the list is used again by the next call.</summary>
    public List<OllamaChunk> Add(OllamaChunk chunk)
    {
        var stops = asked ?? ModelStops;
        if (stops.Count == 0 && _held.Count == 0)
        {
            _ready.Clear();
            _ready.Add(chunk);
            Record(chunk);
            return _ready;
        }

        _held.Add(chunk);
        return chunk.Done || stops.Count == 0 ? Flush()
            : CouldBeginStop(stops, _held is [var only] ? only.Text : string.Concat(_held.Select(c => c.Text)))
                ? Deliver(0)
            : Deliver(asked is null && !chunk.CutShort ? _held.Count : _held.Count - 1);
    }

    /// <summary>Takes a chunk in and gives out nothing yet.</summary>
    public void Hold(OllamaChunk chunk) => _held.Add(chunk);

    /// <summary>Sets right how many tokens have been delivered.</summary>
    public void Correct(int tokens) => (_tokens, _uncounted) = (tokens, false);

    /// <summary>Gives out what was kept back.</summary>
    public List<OllamaChunk> Flush() => Deliver(_held.Count);

    /// <summary>Forgets what was kept back: the next server says it again.</summary>
    public void DropHeld() => _held.Clear();

    private List<OllamaChunk> Deliver(int count)
    {
        _ready.Clear();
        for (var i = 0; i < count; i++)
        {
            _ready.Add(_held[i]);
            Record(_held[i]);
        }

        _held.RemoveRange(0, count);
        return _ready;
    }

    private void Record(OllamaChunk chunk)
    {
        _text.Append(chunk.Text);
        _thinking.Append(chunk.Thinking);
        if (chunk.ToolCalls.Count > 0)
        {
            _toolCalls.AddRange(chunk.ToolCalls.Select(ToolCallText.Of));
        }

        // The last line's tokens are in its counters.
        _tokens += chunk.Done ? 0 : chunk.TokenCount;
        _uncounted |= chunk.OddToken;
    }

    private static bool CouldBeginStop(IReadOnlyList<string> stops, ReadOnlySpan<char> text)
    {
        foreach (var stop in stops)
        {
            for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
            {
                if (stop.AsSpan(0, length).SequenceEqual(text[^length..]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}

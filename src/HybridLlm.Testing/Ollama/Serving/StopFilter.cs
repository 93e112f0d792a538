using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// Turns tokens into pieces of text as Ollama does: it holds back what could become a stop string or ends inside a character, so a
/// piece may stand for several tokens.
/// </summary>
internal sealed class StopFilter(IReadOnlyList<string> stops)
{
    private readonly List<byte> _held = [];
    private readonly List<EngineToken> _heldTokens = [];

    /// <summary>True once a stop string has been met; it and what follows are dropped.</summary>
    public bool Stopped { get; private set; }

    /// <summary>What can be sent after one more token; null if nothing.</summary>
    public Piece? Add(EngineToken token)
    {
        _held.AddRange(token.Utf8.Span);
        _heldTokens.Add(token);
        var complete = CompleteLength();
        var text = Encoding.UTF8.GetString([.. _held.Take(complete)]);
        var stop = stops
            .Select(s => text.IndexOf(s, StringComparison.Ordinal))
            .Where(i => i >= 0)
            .DefaultIfEmpty(-1)
            .Min();
        if (stop >= 0)
        {
            Stopped = true;
            return stop > 0 ? Take(text[..stop]) : null;
        }

        return complete < _held.Count || stops.Any(s => CouldBegin(text, s)) ? null : Take(text);
    }

    /// <summary>What is still held back when the model ends; null if nothing.</summary>
    public Piece? Flush() => Stopped || _held.Count == 0 ? null : Take(Encoding.UTF8.GetString([.. _held]));

    private Piece Take(string text)
    {
        // However many tokens were held back, the server shows one: their text, and the choice of the last.
        Piece piece = new(text, [new SentToken(text, _heldTokens[^1])]);
        _held.Clear();
        _heldTokens.Clear();
        return piece;
    }

    private static bool CouldBegin(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (stop.StartsWith(text[^length..], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Bytes up to the last whole character.</summary>
    private int CompleteLength()
    {
        for (var back = 1; back <= Math.Min(4, _held.Count); back++)
        {
            var b = _held[^back];
            if ((b & 0b1100_0000) == 0b1000_0000)
            {
                continue;
            }

            var length =
                b < 0b1100_0000 ? 1
                : b < 0b1110_0000 ? 2
                : b < 0b1111_0000 ? 3
                : 4;
            return back < length ? _held.Count - back : _held.Count;
        }

        return _held.Count;
    }
}

/// <summary>Text that is sent at once.</summary>
/// <param name="Text">The text; not empty.</param>
/// <param name="Tokens">The tokens the server shows for it.</param>
internal sealed record Piece(string Text, IReadOnlyList<SentToken> Tokens);

/// <summary>A token as the server shows it.</summary>
/// <param name="Text">The text that was sent: less than the token's own if a stop string cut it short, more if others were held back before it.</param>
/// <param name="Last">The token.</param>
internal sealed record SentToken(string Text, EngineToken Last);

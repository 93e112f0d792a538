using System.Runtime.CompilerServices;

namespace HybridLlm.Testing.Ollama;

/// <summary>One answer: tokens up to the model's end, the limit, a stop string or the repeat guard.</summary>
internal sealed class Generation(OllamaEmulatorOptions options, RunOptions run)
{
    // A piece that equals the one before more often than this ends the answer without a word.
    private const int MaxRepeats = 30;

    private string _last = "";
    private int _repeats;

    /// <summary>Why it ended; null if the repeat guard ended it.</summary>
    public string? DoneReason { get; private set; }

    /// <summary>Tokens generated, also those never sent: the end token and a stop string's.</summary>
    public int Tokens { get; private set; }

    public async IAsyncEnumerable<Piece> RunAsync(
        EngineRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        StopFilter filter = new(run.Stop);
        var limit = run.NumPredict switch
        {
            0 => int.MaxValue,
            < 0 => 10 * run.NumCtx,
            var some => some,
        };
        await options.TimeProvider.PauseAsync(options.PromptTime, cancellationToken).ConfigureAwait(false);
        await foreach (
            var token in options
                .Engine.GenerateAsync(request, cancellationToken)
                .WithCancellation(cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (Tokens++ > 0)
            {
                await options.TimeProvider.PauseAsync(options.TokenInterval, cancellationToken).ConfigureAwait(false);
            }

            if (filter.Add(token) is { } piece)
            {
                if (Repeats(piece))
                {
                    yield break;
                }

                yield return piece;
            }

            if (filter.Stopped || Tokens == limit)
            {
                DoneReason = filter.Stopped ? "stop" : "length";
                break;
            }
        }

        if (DoneReason is null)
        {
            (DoneReason, Tokens) = ("stop", Tokens + 1);
        }

        if (filter.Flush() is { } rest)
        {
            yield return rest;
        }
    }

    private bool Repeats(Piece piece)
    {
        var text = piece.Text.Trim();
        (_repeats, _last) = text == _last ? (_repeats + 1, _last) : (0, text);
        return _repeats > MaxRepeats;
    }
}

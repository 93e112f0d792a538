using System.Collections.Concurrent;

namespace HybridLlm.Ollama.Continuity;

/// <summary>What servers said, for as long as it is taken to hold: asked once, however many answers wait for it.</summary>
internal sealed class Remembered<TKey, TValue>(ContinuityOptions options)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Known> _known = new();

    /// <summary>What is known, else what <paramref name="ask"/> says. A failure, or null, is not remembered.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="ask">Asks; without a caller's token, as several may wait for it.</param>
    public Task<TValue> GetAsync(TKey key, Func<Task<TValue>> ask)
    {
        var now = options.TimeProvider.GetUtcNow();
        return _known
            .AddOrUpdate(
                key,
                _ => new Known(ask(), now),
                (_, known) =>
                    IsVoid(known.Answer) || now - known.At > options.IdentityLifetime ? new Known(ask(), now) : known
            )
            .Answer;
    }

    private static bool IsVoid(Task<TValue> answer) =>
        answer.IsCompleted && (!answer.IsCompletedSuccessfully || answer.Result is null);

    private sealed record Known(Task<TValue> Answer, DateTimeOffset At);
}

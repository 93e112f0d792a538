namespace HybridLlm.Testing.Liqo;

/// <summary>Remembers since when something has been due, so that it can take its time.</summary>
internal sealed class Patience(TimeProvider time)
{
    private readonly Dictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);

    /// <summary>When the wait that began with the first call is over; null when it is.</summary>
    /// <param name="key">What is waited for.</param>
    /// <param name="delay">How long it takes.</param>
    public DateTimeOffset? StillWaiting(string key, TimeSpan delay)
    {
        var now = time.GetUtcNow();
        if (!_since.TryGetValue(key, out var since))
        {
            _since[key] = since = now;
        }

        return since + delay > now ? since + delay : null;
    }

    /// <summary>The next wait for it begins anew.</summary>
    public void Forget(string key) => _since.Remove(key);
}

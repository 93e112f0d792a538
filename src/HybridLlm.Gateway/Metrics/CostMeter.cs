namespace HybridLlm.Gateway.Metrics;

/// <summary>
/// Shares what a server costs among the answers it gives at the same time: each pays its part of every second it takes, so that the
/// parts of all answers add up to the time in which there was one. A wake is shared by those who wait for it; idle time is nobody's.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="hourlyUsd">What an hour costs now, USD, with so many answers being given.</param>
internal sealed class CostMeter(TimeProvider clock, Func<int, decimal> hourlyUsd)
{
    private readonly Lock _gate = new();
    private long _at = clock.GetTimestamp();
    private decimal _share;
    private int _open;

    /// <summary>Begins an answer; <see cref="End"/> takes what this gives.</summary>
    public decimal Begin()
    {
        lock (_gate)
        {
            Advance();
            _open++;
            return _share;
        }
    }

    /// <summary>Ends an answer and says what it cost, USD.</summary>
    public decimal End(decimal begun)
    {
        lock (_gate)
        {
            Advance();
            _open--;
            return _share - begun;
        }
    }

    private void Advance()
    {
        var now = clock.GetTimestamp();
        if (_open > 0)
        {
            _share += hourlyUsd(_open) * (decimal)clock.GetElapsedTime(_at, now).TotalHours / _open;
        }

        _at = now;
    }
}

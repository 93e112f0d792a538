using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;

namespace HybridLlm.Gateway.Tenants;

/// <summary>One who may ask, and what he has used. Counted in this process; a restart begins anew.</summary>
internal sealed class Caller(GatewayKey key, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private DateOnly _day;
    private long _tokens;
    private decimal _usd;
    private int _open;

    public string Name => key.Name;

    /// <summary>May drain servers and see their addresses.</summary>
    public bool IsOperator => key.Operator;

    /// <exception cref="GatewayRefusal">He is no operator.</exception>
    public void CheckOperator()
    {
        if (!IsOperator)
        {
            throw new GatewayRefusal(RefusalKind.Forbidden, "This is for operators: keys with Operator set.");
        }
    }

    /// <summary>Requests it has.</summary>
    public int Open => Volatile.Read(ref _open);

    public bool MayUse(string model) => key.Models.Count == 0 || key.Models.Any(m => ModelNames.Same(m, model));

    /// <summary>Begins a request.</summary>
    /// <returns>Ends it when disposed.</returns>
    /// <exception cref="GatewayRefusal">One too many, or the day's budget is used up.</exception>
    public IDisposable Enter()
    {
        lock (_gate)
        {
            var midnight = Turn();
            if (key.TokensPerDay > 0 && _tokens >= key.TokensPerDay)
            {
                throw TooMany($"The {key.TokensPerDay} tokens of today (UTC) are used up.", midnight);
            }

            if (key.UsdPerDay > 0 && _usd >= key.UsdPerDay)
            {
                throw TooMany($"The {key.UsdPerDay} USD of today (UTC) are used up.", midnight);
            }

            if (key.MaxConcurrent > 0 && _open >= key.MaxConcurrent)
            {
                throw TooMany($"{_open} requests are open, and no more are allowed at once.", TimeSpan.FromSeconds(5));
            }

            _open++;
        }

        return new Leave(this);
    }

    /// <summary>Counts what an answer used.</summary>
    public void Spend(long tokens, decimal usd)
    {
        lock (_gate)
        {
            Turn();
            _tokens += tokens;
            _usd += usd;
        }
    }

    private static GatewayRefusal TooMany(string message, TimeSpan retryAfter) =>
        new(RefusalKind.TooMany, message, retryAfter);

    /// <summary>Begins a new day's account if it is one, and says how long the day still is.</summary>
    private TimeSpan Turn()
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var today = DateOnly.FromDateTime(now);
        if (today != _day)
        {
            (_day, _tokens, _usd) = (today, 0, 0);
        }

        return now.Date.AddDays(1) - now;
    }

    private sealed class Leave(Caller caller) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                lock (caller._gate)
                {
                    caller._open--;
                }
            }
        }
    }
}

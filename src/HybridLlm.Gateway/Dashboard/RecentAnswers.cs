using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Gateway.Dashboard;

/// <summary>The last answers, without a word of them, and what all of today cost. Kept in this process.</summary>
internal sealed class RecentAnswers(TimeProvider clock)
{
    private const int Kept = 50;

    private readonly Lock _gate = new();
    private readonly Queue<PastAnswer> _answers = new(Kept);
    private DateOnly _day;
    private decimal _usd;

    /// <summary>The last ones, newest first.</summary>
    public IReadOnlyList<PastAnswer> Last
    {
        get
        {
            lock (_gate)
            {
                return [.. _answers.Reverse()];
            }
        }
    }

    /// <summary>What the answers since midnight UTC cost, USD.</summary>
    public decimal UsdToday
    {
        get
        {
            lock (_gate)
            {
                Turn();
                return _usd;
            }
        }
    }

    public void Add(PastAnswer answer)
    {
        lock (_gate)
        {
            Turn();
            _usd += answer.Usd;
            if (_answers.Count == Kept)
            {
                _answers.Dequeue();
            }

            _answers.Enqueue(answer);
        }
    }

    private void Turn()
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (today != _day)
        {
            (_day, _usd) = (today, 0);
        }
    }
}

/// <summary>An answer that is over, well or not.</summary>
internal sealed record PastAnswer
{
    public required DateTimeOffset EndedAt { get; init; }

    public required string Model { get; init; }

    /// <summary>Name of the key it was asked with.</summary>
    public required string Caller { get; init; }

    /// <summary>Server it came from last.</summary>
    public required string Server { get; init; }

    public required TimeSpan Took { get; init; }

    public required bool Complete { get; init; }

    /// <summary>Null if it did not reach its end, or its server did not count.</summary>
    public required OllamaUsage? Usage { get; init; }

    public required decimal Usd { get; init; }

    /// <summary>Its moves to other servers, in order.</summary>
    public required IReadOnlyList<Migration> Seams { get; init; }

    /// <summary>Whether what moved is proven to be what one server would have said; null if it did not move, or did not end.</summary>
    public required bool? Exact { get; init; }
}

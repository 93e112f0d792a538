namespace HybridLlm.QuickStart;

/// <summary>What happened when, by the virtual clock.</summary>
internal sealed class Timeline(TimeProvider clock)
{
    private readonly DateTimeOffset _start = clock.GetUtcNow();
    private readonly List<TimelineEntry> _entries = [];
    private readonly Dictionary<string, DateTimeOffset> _stages = new(StringComparer.Ordinal);
    private string _act = "plan";

    public IReadOnlyList<TimelineEntry> Entries => [.. _entries.OrderBy(e => e.From).ThenByDescending(e => e.To)];

    public TimeSpan Elapsed => clock.GetUtcNow() - _start;

    /// <summary>An act, from now until it is disposed.</summary>
    public IDisposable Act(string name)
    {
        _act = name;
        var from = clock.GetUtcNow();
        return new Span(() => Add(name, null, from));
    }

    /// <summary>Keeps the stages of a wake: from the first word about one to the word that it is done.</summary>
    public void Note(ClusterEvent happened)
    {
        if (happened.Kind != ClusterEventKind.Done)
        {
            _stages.TryAdd(happened.Stage, happened.At);
        }
        else if (happened.Stage.StartsWith("wake.", StringComparison.Ordinal))
        {
            // The next wake begins its stages anew.
            Add(_act, happened.Stage, _stages.Remove(happened.Stage, out var from) ? from : happened.At);
        }
    }

    private void Add(string act, string? stage, DateTimeOffset from)
    {
        var to = clock.GetUtcNow();
        _entries.Add(new TimelineEntry(act, stage, from, to, Math.Round((to - from).TotalSeconds, 1)));
    }

    private sealed class Span(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>A stretch of virtual time.</summary>
internal sealed record TimelineEntry(
    string Act,
    string? Stage,
    DateTimeOffset From,
    DateTimeOffset To,
    double VirtualSeconds
);

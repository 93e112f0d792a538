using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Journals;
using HybridLlm.Specs;

namespace HybridLlm.Budgets;

/// <summary>
/// What a cluster has cost and may still cost: pure arithmetic over the journal. A node that may exist is counted up to now, or
/// up to the end of its lease when nobody has seen it end; EC2 bills per second, 60 at least.
/// </summary>
internal static class BudgetBook
{
    private static readonly TimeSpan s_minimumBilled = TimeSpan.FromSeconds(60);

    /// <summary>What was spent in a span of time, USD.</summary>
    public static decimal Spent(ClusterMemory memory, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var standing = memory
            .Foundations.Concat(memory.Models)
            .Sum(f => Cost(f.HourlyCost, f.Since, f.Until ?? now, from, to));
        return standing + SpentOnNodes(memory.Nodes, from, to, now);
    }

    /// <summary>What nodes bought on demand have cost in all, their disks and addresses counted, USD.</summary>
    public static decimal SpentOnDemand(ClusterMemory memory, DateTimeOffset now) =>
        SpentOnNodes(
            memory.Nodes.Where(n => n.Role == NodeRoles.Gpu && n.Market == InstanceMarket.OnDemand),
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            now
        );

    /// <summary>Whether the budget bears a further commitment, or which limit it would break.</summary>
    /// <param name="budget">The limits.</param>
    /// <param name="memory">The journal so far.</param>
    /// <param name="hourly">What an hour of the commitment costs at most.</param>
    /// <param name="since">From when it is committed; not before <paramref name="now"/>.</param>
    /// <param name="until">Until when it is committed.</param>
    /// <param name="now">Now.</param>
    public static BudgetVerdict Bears(
        BudgetSpec budget,
        ClusterMemory memory,
        decimal hourly,
        DateTimeOffset since,
        DateTimeOffset until,
        DateTimeOffset now
    ) =>
        Judge(budget, memory, hourly, since, until, now).FirstOrDefault(v => !v.Bears)
        ?? new BudgetVerdict(true, "", 0, 0, 0, Cost(hourly, since, until, since, until), now);

    /// <summary>The same, limit by limit.</summary>
    public static IReadOnlyList<BudgetVerdict> Judge(
        BudgetSpec budget,
        ClusterMemory memory,
        decimal hourly,
        DateTimeOffset since,
        DateTimeOffset until,
        DateTimeOffset now
    )
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = new DateTimeOffset(today.Year, today.Month, 1, 0, 0, 0, TimeSpan.Zero);
        (string Name, decimal? Limit, DateTimeOffset From, DateTimeOffset To)[] windows =
        [
            ("day", budget.PerDay, today, today.AddDays(1)),
            ("month", budget.PerMonth, month, month.AddMonths(1)),
        ];
        var wanted = Cost(hourly, since, until, since, until);
        List<BudgetVerdict> verdicts = [];
        foreach (var (name, limit, from, to) in windows)
        {
            if (limit is not { } most)
            {
                continue;
            }

            var spent = Spent(memory, from, to, now);
            // What stands goes on to the end of the window; what is committed counts in full, even past midnight.
            var standing = memory
                .Foundations.Concat(memory.Models)
                .Where(f => f.Until is null)
                .Sum(f => Cost(f.HourlyCost, now, to, from, to));
            var live = memory
                .LiveNodes.Where(n => n.LeaseUntil > now)
                .Sum(n => Cost(n.HourlyReserve, now, n.LeaseUntil, now, n.LeaseUntil));
            var bears = spent + standing + live + wanted <= most;
            verdicts.Add(new BudgetVerdict(bears, name, most, spent, standing + live, wanted, from));
        }

        return verdicts;
    }

    private static decimal SpentOnNodes(
        IEnumerable<NodeMemory> nodes,
        DateTimeOffset from,
        DateTimeOffset to,
        DateTimeOffset now
    ) =>
        nodes
            .Where(n => n.LaunchedAt is not null)
            .Sum(n => Cost(n.HourlyCost, n.LaunchedAt!.Value, End(n, now), from, to));

    private static DateTimeOffset End(NodeMemory node, DateTimeOffset now)
    {
        var end = node.EndedAt ?? (node.LeaseUntil < now && node.Role == NodeRoles.Gpu ? node.LeaseUntil : now);
        var least = node.LaunchedAt!.Value + s_minimumBilled;
        return end > least ? end : least;
    }

    /// <summary>What the part of since–until that lies in from–to costs.</summary>
    private static decimal Cost(
        decimal hourly,
        DateTimeOffset since,
        DateTimeOffset until,
        DateTimeOffset from,
        DateTimeOffset to
    )
    {
        var start = since > from ? since : from;
        var end = until < to ? until : to;
        return end > start ? hourly * (end - start).Ticks / TimeSpan.TicksPerHour : 0;
    }
}

/// <summary>Whether a commitment fits a limit of the budget, with the figures, USD; and when the day or month began.</summary>
internal sealed record BudgetVerdict(
    bool Bears,
    string Window,
    decimal Limit,
    decimal Spent,
    decimal Committed,
    decimal Wanted,
    DateTimeOffset From
)
{
    /// <summary>Share of the limit that is spent or committed.</summary>
    public decimal Share => Limit > 0 ? (Spent + Committed + Wanted) / Limit : 0;
}

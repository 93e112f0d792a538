using System.Globalization;
using HybridLlm.Planning;
using Spectre.Console;

namespace HybridLlm.QuickStart;

/// <summary>The plan for a person: proofs, offers, what was passed over, and the bill before anything is bought.</summary>
internal static class PlanView
{
    private const int RejectionsShown = 6;

    public static void Show(IAnsiConsole console, HybridClusterPlan plan)
    {
        foreach (var proof in plan.Proofs)
        {
            console.MarkupLineInterpolated($"[green]✓[/] [bold]{proof.Name}[/] {proof.Statement}");
        }

        var offers = new Table().Border(TableBorder.Simple).Title($"{plan.Offers.Count} offers, the best three");
        offers.AddColumns("type", "zone", "GPU", "needs / has MiB", "spot USD/h", "on demand USD/h");
        foreach (var offer in plan.Offers.Take(3))
        {
            offers.AddRow(
                offer.InstanceType,
                $"{offer.Zone} ({offer.ZoneId})",
                offer.Gpu,
                $"{offer.NeedsMiB} / {offer.GpuMemoryMiB}",
                Price(offer.HourlyPrice),
                Price(offer.OnDemandPrice)
            );
        }

        console.Write(offers);
        console.MarkupLineInterpolated($"Passed over {plan.Rejected.Count}, for instance:");
        foreach (var rejection in Interesting(plan.Rejected).Take(RejectionsShown))
        {
            console.MarkupLineInterpolated(
                $"[dim]  {rejection.InstanceType}{(rejection.Zone is { } z ? $" in {z}" : "")}: {rejection.Reason}[/]"
            );
        }

        Cost(console, plan.Cost);
        var foundation = plan.Steps.Count(s => !s.WhenAsked);
        console.MarkupLineInterpolated(
            $"{foundation} things to make now, {plan.Steps.Count - foundation} when somebody asks. Plan {plan.Id}, mode {plan.Mode}."
        );
    }

    /// <summary>What somebody asked about first, then one of each kind of reason.</summary>
    private static IEnumerable<PlanRejection> Interesting(IReadOnlyList<PlanRejection> rejected) =>
        rejected
            .Where(r => r.InstanceType == "p3.2xlarge")
            .Concat(rejected.DistinctBy(r => string.Concat(r.Reason.Split(' ').Take(2))))
            .Distinct();

    private static void Cost(IAnsiConsole console, PlanCost cost)
    {
        var table = new Table().Border(TableBorder.Simple).Title("What it costs, USD");
        table.AddColumns("", "an hour", "a day", "a month");
        foreach (var part in cost.Parts)
        {
            table.AddRow(
                $"{part.Layer}: {part.Name}",
                Price(part.PerHour),
                Price(part.PerHour * 24),
                Price(part.PerHour * 730)
            );
        }

        table.AddEmptyRow();
        table.AddRow("asleep", Price(cost.AsleepPerHour), Price(cost.AsleepPerDay), Price(cost.AsleepPerHour * 730));
        table.AddRow(
            "awake, at the most",
            Price(cost.AwakePerHour),
            Price(cost.AwakePerDay),
            Price(cost.AwakePerMonth)
        );
        table.AddRow("[bold]budget[/]", "", Limit(cost.BudgetPerDay), Limit(cost.BudgetPerMonth));
        console.Write(table);
    }

    private static string Price(decimal amount) =>
        amount.ToString(amount < 0.1m ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    private static string Limit(decimal? amount) => amount is { } limit ? $"[bold]{Price(limit)}[/]" : "none";
}

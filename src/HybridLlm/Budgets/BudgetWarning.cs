using System.Globalization;
using HybridLlm.Applying;
using HybridLlm.Journals;

namespace HybridLlm.Budgets;

/// <summary>Says once a day, or month, that a budget is nearly used up: what is spent and what is committed reaches its share of the limit.</summary>
internal static class BudgetWarning
{
    /// <param name="context">The cluster.</param>
    /// <param name="verdicts">Every limit, with what is about to be committed.</param>
    public static void Give(ClusterContext context, IReadOnlyList<BudgetVerdict> verdicts)
    {
        foreach (var verdict in verdicts.Where(v => v.Share >= context.Spec.Budget.WarnAt))
        {
            if (context.Journal.Memory.Warned.GetValueOrDefault(verdict.Window) == verdict.From)
            {
                continue;
            }

            context.Journal.Append(
                new BudgetWarned
                {
                    At = context.Now,
                    Window = verdict.Window,
                    From = verdict.From,
                }
            );
            context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Budget,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{verdict.Share:P0} of the {Money.Usd(verdict.Limit)} a {verdict.Window} are spent or committed: {Money.Usd(verdict.Spent)} spent, {Money.Usd(verdict.Committed + verdict.Wanted)} committed."
                )
            );
        }
    }
}

using HybridLlm.Budgets;

namespace HybridLlm.Applying;

/// <summary>Refuses what the budget does not bear, before it is bought, and warns before it comes to that.</summary>
internal static class BudgetGate
{
    /// <exception cref="BudgetExhaustedException">The budget does not bear it.</exception>
    public static void Check(ClusterContext context, decimal hourly, DateTimeOffset since, DateTimeOffset until)
    {
        var verdicts = BudgetBook.Judge(context.Spec.Budget, context.Journal.Memory, hourly, since, until, context.Now);
        if (context.Journal.Memory.OwnerId is not null)
        {
            BudgetWarning.Give(context, verdicts);
        }

        if (verdicts.FirstOrDefault(v => !v.Bears) is { } broken)
        {
            throw new BudgetExhaustedException(broken);
        }
    }
}

using HybridLlm.Budgets;

namespace HybridLlm.Applying;

/// <summary>Refuses what the budget does not bear, before it is bought.</summary>
internal static class BudgetGate
{
    /// <exception cref="BudgetExhaustedException">The budget does not bear it.</exception>
    public static void Check(ClusterContext context, decimal hourly, DateTimeOffset since, DateTimeOffset until)
    {
        var verdict = BudgetBook.Bears(context.Spec.Budget, context.Journal.Memory, hourly, since, until, context.Now);
        if (!verdict.Bears)
        {
            throw new BudgetExhaustedException(verdict);
        }
    }
}

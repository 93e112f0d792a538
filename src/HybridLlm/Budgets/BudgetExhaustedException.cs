namespace HybridLlm.Budgets;

/// <summary>The budget does not bear what was about to be bought. It was not bought.</summary>
public sealed class BudgetExhaustedException : HybridLlmException
{
    internal BudgetExhaustedException(BudgetVerdict verdict)
        : base(
            $"The budget of {Money.Usd(verdict.Limit)} a {verdict.Window} does not bear another {Money.Usd(verdict.Wanted)}: "
                + $"{Money.Usd(verdict.Spent)} are spent and {Money.Usd(verdict.Committed)} committed.",
            $"Wait for the next {verdict.Window} (UTC) or raise the budget."
        ) { }
}

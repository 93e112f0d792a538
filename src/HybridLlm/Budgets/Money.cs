using System.Globalization;

namespace HybridLlm.Budgets;

/// <summary>How amounts are written: always USD, always the same way.</summary>
internal static class Money
{
    /// <summary>Cents for what a person spends, more digits below a cent.</summary>
    public static string Usd(decimal amount) =>
        amount.ToString(Math.Abs(amount) is > 0 and < 0.01m ? "0.0000 USD" : "0.00 USD", CultureInfo.InvariantCulture);
}

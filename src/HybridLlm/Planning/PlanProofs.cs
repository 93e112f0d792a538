using System.Globalization;
using HybridLlm.Budgets;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Proofs;
using HybridLlm.Specs;

namespace HybridLlm.Planning;

/// <summary>Writes down what has been shown to hold.</summary>
internal static class PlanProofs
{
    public static IEnumerable<PlanProof> Of(
        HybridClusterSpec spec,
        MemoryNeed need,
        GpuMarket market,
        PlanCost cost,
        ReachabilityProof reachability
    )
    {
        yield return Addresses(spec);
        yield return Fit(spec, need, market);
        yield return MoneyProof(spec, cost);
        yield return Reachability(reachability);
    }

    private static PlanProof Addresses(HybridClusterSpec spec)
    {
        var proof = SpecCheck.AddressProofOf(spec);
        var passedOver = proof.Rejected.Select(r => $"passed over: {r}").ToList();
        return new PlanProof
        {
            Name = "addresses",
            Statement =
                $"The mesh gets {proof.Mesh}; all {proof.Ranges.Count} ranges are disjoint."
                + (
                    passedOver.Count > 0
                        ? $" {proof.Rejected[0].First.Range} would collide with {proof.Rejected[0].Second}."
                        : ""
                ),
            Working = [.. passedOver, .. proof.Ranges.Select(r => r.ToString())],
        };
    }

    private static PlanProof Fit(HybridClusterSpec spec, MemoryNeed need, GpuMarket market) =>
        new()
        {
            Name = "fit",
            Statement = string.Create(
                CultureInfo.InvariantCulture,
                $"{spec.Model.Name} with {spec.Model.ContextTokens} tokens of context needs {GpuMarket.MiB(need.GpuBytes())} MiB on one GPU; every offer has it."
            ),
            Working =
            [
                .. need.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                $"smallest GPU on offer: {market.Offers.Min(o => o.GpuMemoryMiB)} MiB",
            ],
        };

    private static PlanProof MoneyProof(HybridClusterSpec spec, PlanCost cost) =>
        new()
        {
            Name = "money",
            Statement =
                $"Asleep {Money.Usd(cost.AsleepPerDay)} a day until it is taken down; awake at most {Money.Usd(cost.AwakePerHour)} an hour."
                + (
                    spec.Budget.PerDay is { } day
                        ? $" {Money.Usd(day)} a day bear {Number(cost.HoursAwakePerDay)} hours awake."
                        : ""
                ),
            Working =
            [
                .. cost.Parts.Select(p => $"{p.Layer}: {p.Name} {Money.Usd(p.PerHour)}/h ({p.Basis})"),
                $"each lease reserves {Money.Usd(cost.ReservedPerHour)}/h, which is also EC2's MaxPrice",
            ],
        };

    private static PlanProof Reachability(ReachabilityProof proof) =>
        new()
        {
            Name = "reachability",
            Statement =
                $"All {proof.Paths.Count} paths the design needs are allowed, by EC2's rules and by Nebula's; what must stay shut is shut.",
            Working = [.. proof.Paths.Select(p => p.ToString())],
        };

    private static string Number(decimal value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}

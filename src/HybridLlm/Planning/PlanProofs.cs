using System.Globalization;
using HybridLlm.Applying;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Budgets;
using HybridLlm.Nebula.Networks;
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
        yield return PacketSize();
        yield return Fit(spec, need, market);
        yield return MoneyProof(spec, cost, market);
        yield return Reachability(reachability);
        if (spec.Federation is { } federation)
        {
            yield return DataPath(federation);
        }
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

    private static PlanProof PacketSize()
    {
        // What every host of the mesh must be able to send whole; pods of the node keep to it as well.
        var mtu = MtuPlanner.Plan(new MtuSpec { TunMtu = MeshSpec.PacketBytes });
        return new PlanProof
        {
            Name = "mtu",
            Statement =
                $"The mesh carries {mtu.TunMtu} bytes a packet, of {mtu.LargestTunMtu} that would fit; nothing on the way is split or lost.",
            Working = mtu.Arithmetic,
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
                $"smallest GPU on offer: {market.Offers.Concat(market.OnDemand).Min(o => o.GpuMemoryMiB)} MiB",
            ],
        };

    private static PlanProof MoneyProof(HybridClusterSpec spec, PlanCost cost, GpuMarket market) =>
        new()
        {
            Name = "money",
            Statement =
                $"Asleep {Money.Usd(cost.AsleepPerDay)} a day until it is taken down; awake at most {Money.Usd(cost.AwakePerHour)} an hour."
                + (
                    spec.Budget.PerDay is { } day
                        ? $" {Money.Usd(day)} a day bear {Number(cost.HoursAwakePerDay)} hours awake."
                        : ""
                )
                + OnDemand(spec, market),
            Working =
            [
                .. cost.Parts.Select(p => $"{p.Layer}: {p.Name} {Money.Usd(p.PerHour)}/h ({p.Basis})"),
                $"each lease reserves {Money.Usd(cost.ReservedOnSpotPerHour)}/h, which is also EC2's MaxPrice",
                .. market.OnDemand.Count == 0
                    ? Array.Empty<string>()
                    :
                    [
                        $"on demand it reserves {Money.Usd(market.ReservedOnDemand)}/h, the list price of the dearest offer",
                    ],
            ],
        };

    private static string OnDemand(HybridClusterSpec spec, GpuMarket market) =>
        market.OnDemand.Count == 0
            ? ""
            : $" On demand, bought {(spec.Gpu.OnDemand == OnDemandFallback.AtOnce ? "at once" : $"after {spec.Gpu.WaitForSpot:g}")} without spot, the instance is at most {Money.Usd(market.ReservedOnDemand)} an hour of that.";

    private static PlanProof Reachability(ReachabilityProof proof) =>
        new()
        {
            Name = "reachability",
            Statement =
                $"All {proof.Paths.Count} paths the design needs are allowed, by EC2's rules and by Nebula's; what must stay shut is shut.",
            Working = [.. proof.Paths.Select(p => p.ToString())],
        };

    private static PlanProof DataPath(FederationSpec federation) =>
        new()
        {
            Name = "federation",
            Statement =
                $"Pods at home find the model at {OllamaManifest.ServiceAddress(federation.Namespace)}, which leads to the node's mesh address; no pod range is routed.",
            Working =
            [
                "Liqo's own network is off on the GPU cluster; its pod gets a host port on the mesh address",
                "homelab nodes that run Liqo's pods or the model's clients carry Nebula, in group gateway",
                "every GPU cluster has a Liqo id and authorities of its own, so that two may overlap while an answer moves",
            ],
        };

    private static string Number(decimal value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}

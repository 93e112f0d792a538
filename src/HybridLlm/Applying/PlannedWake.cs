using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Planning;

namespace HybridLlm.Applying;

/// <summary>What a wake needs of the plan.</summary>
/// <param name="PlanId">The plan's id.</param>
/// <param name="Market">The offers, and the price reserved.</param>
/// <param name="HourlyOverhead">What an hour costs besides the instance: disk, address and estimated egress; USD.</param>
/// <param name="Artifacts">What nodes install.</param>
/// <param name="Image">What a GPU node boots.</param>
internal sealed record PlannedWake(
    string PlanId,
    GpuMarket Market,
    decimal HourlyOverhead,
    IReadOnlyList<Artifact> Artifacts,
    MachineImage Image
)
{
    /// <summary>What an hour may cost at most in a market, everything counted; USD.</summary>
    public decimal ReserveOf(InstanceMarket market) => HourlyOverhead + Market.ReserveOf(market);
}

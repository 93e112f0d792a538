using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Planning;

namespace HybridLlm.Applying;

/// <summary>What a wake needs of the plan.</summary>
/// <param name="PlanId">The plan's id.</param>
/// <param name="Market">The offers, and the price reserved.</param>
/// <param name="HourlyReserve">What an hour may cost at most: instance, disk, address and estimated egress; USD.</param>
/// <param name="Artifacts">What nodes install.</param>
/// <param name="Image">What a GPU node boots.</param>
internal sealed record PlannedWake(
    string PlanId,
    GpuMarket Market,
    decimal HourlyReserve,
    IReadOnlyList<Artifact> Artifacts,
    MachineImage Image
);

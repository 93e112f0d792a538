using HybridLlm.Applying;
using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.Keeping;

/// <summary>A node that has been rented and now boots.</summary>
/// <param name="Wake">Its wake; disposed by whoever has it answered.</param>
/// <param name="Node">What EC2 launched.</param>
/// <param name="Planned">The plan it was launched by.</param>
/// <param name="ProviderId">Liqo's id of its cluster; null without federation.</param>
internal sealed record RentedNode(NodeWake Wake, LaunchedNode Node, PlannedWake Planned, string? ProviderId);

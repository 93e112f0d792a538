namespace HybridLlm.AwsGpu.Fleets;

/// <summary>What of a lighthouse exists.</summary>
/// <param name="Instance">The living instance; null without one.</param>
/// <param name="EndedIds">Ids of ended instances EC2 still lists.</param>
/// <param name="Address">The address; null without one.</param>
internal sealed record LighthouseFacts(InstanceStatus? Instance, IReadOnlyList<string> EndedIds, AddressFact? Address)
{
    /// <summary>How long the living instance has failed EC2's status checks; null while it passes them, or they have not run.</summary>
    public TimeSpan? ImpairedFor { get; init; }
}

/// <param name="AllocationId">EC2's id of the address.</param>
/// <param name="PublicIp">The address.</param>
/// <param name="InstanceId">Instance that has it; null while none does.</param>
internal sealed record AddressFact(string AllocationId, string PublicIp, string? InstanceId);

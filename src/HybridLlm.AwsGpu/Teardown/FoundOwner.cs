namespace HybridLlm.AwsGpu.Teardown;

/// <summary>An owner of resources that carry a cluster's name.</summary>
public sealed record FoundOwner
{
    /// <summary>The owner id, tag <see cref="ResourceTags.OwnerId"/>.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>Regions that hold something of it.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>EC2's ids of what it owns; instances that ended within the last hour may be among them.</summary>
    public required IReadOnlyList<string> ResourceIds { get; init; }
}

namespace HybridLlm.AwsGpu.Storage;

/// <summary>The cluster's bucket: versioned, closed to the public, with a mailbox that empties itself.</summary>
public sealed record BucketSpec
{
    /// <summary>Whose bucket it is; its name follows from this.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>Plan under which it is made; stands in the tags.</summary>
    public required string PlanId { get; init; }

    /// <summary>Region, the same as the GPU nodes', so that traffic is free.</summary>
    public required string Region { get; init; }

    /// <summary>Name of the bucket.</summary>
    public string Name => BucketName.For(Owner);
}

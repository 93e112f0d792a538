namespace HybridLlm.AwsGpu.Teardown;

/// <summary>One resource that carries the owner's tags.</summary>
public sealed record OwnedResource
{
    /// <summary>What it is.</summary>
    public required OwnedResourceKind Kind { get; init; }

    /// <summary>AWS's id; a bucket's name; <c>template/number</c> for a version of a launch template.</summary>
    public required string Id { get; init; }

    /// <summary>Region it is in.</summary>
    public required string Region { get; init; }

    /// <summary>One of <see cref="ResourceComponents"/>; empty when the tag is missing.</summary>
    public required string Component { get; init; }

    /// <summary>
    /// What it costs if it stays, USD per month of 730 hours; 0 for what AWS does not bill. An instance counts at its
    /// on-demand price, the most it can cost.
    /// </summary>
    public required decimal UsdPerMonth { get; init; }

    /// <summary>Whether models lie in it, so that <see cref="TeardownScope.EverythingButModels"/> keeps it.</summary>
    public bool HoldsModels { get; init; }

    /// <summary>Whether AWS bills it.</summary>
    public bool IsBilled => UsdPerMonth > 0;
}

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>What a teardown was asked for and what came of it, by a scan made after the last deletion.</summary>
public sealed record TeardownReport
{
    /// <summary>How much was to be taken down.</summary>
    public required TeardownScope Scope { get; init; }

    /// <summary>What the first scan found within the scope.</summary>
    public required IReadOnlyList<OwnedResource> Asked { get; init; }

    /// <summary>What of it the last scan no longer found.</summary>
    public required IReadOnlyList<OwnedResource> Gone { get; init; }

    /// <summary>What the last scan still found within the scope, with what it costs and why it is there.</summary>
    public required IReadOnlyList<RemainingResource> StillThere { get; init; }

    /// <summary>Lookalikes of other owners, which were left alone.</summary>
    public required IReadOnlyList<ForeignResource> Foreign { get; init; }

    /// <summary>Regions that could not be looked into, so that nothing is said about them.</summary>
    public required IReadOnlyList<UnreadRegion> Unread { get; init; }

    /// <summary>When the last scan ended.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>What still there costs, USD per month.</summary>
    public decimal UsdPerMonth => StillThere.Sum(r => r.Resource.UsdPerMonth);

    /// <summary>Whether nothing within the scope is left, in any region.</summary>
    public bool IsComplete => StillThere.Count == 0 && Unread.Count == 0;
}

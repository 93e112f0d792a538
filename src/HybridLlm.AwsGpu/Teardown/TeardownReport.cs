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

    /// <summary>What the scope leaves on purpose, with what it costs.</summary>
    public IReadOnlyList<OwnedResource> Kept { get; init; } = [];

    /// <summary>What this package has no call for and an administrator removes, a command or a remark each; empty when there is nothing.</summary>
    public IReadOnlyList<string> ByHand { get; init; } = [];

    /// <summary>Lookalikes of other owners, which were left alone.</summary>
    public required IReadOnlyList<ForeignResource> Foreign { get; init; }

    /// <summary>Regions that could not be looked into, so that nothing is said about them.</summary>
    public required IReadOnlyList<UnreadRegion> Unread { get; init; }

    /// <summary>When the last scan ended.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>What still there costs, USD per month.</summary>
    public decimal UsdPerMonth => StillThere.Sum(r => r.Resource.UsdPerMonth);

    /// <summary>What is kept on purpose costs, USD per month.</summary>
    public decimal KeptUsdPerMonth => Kept.Sum(r => r.UsdPerMonth);

    /// <summary>Whether nothing within the scope is left, in any region.</summary>
    public bool IsComplete => StillThere.Count == 0 && Unread.Count == 0;
}

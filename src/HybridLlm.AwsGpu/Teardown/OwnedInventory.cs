namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Everything of one owner, as just read from AWS.</summary>
public sealed record OwnedInventory
{
    /// <summary>Whose inventory.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>When the scan ended.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>The owner's resources, by kind, region and id.</summary>
    public required IReadOnlyList<OwnedResource> Resources { get; init; }

    /// <summary>Lookalikes of other owners, by region and id.</summary>
    public required IReadOnlyList<ForeignResource> Foreign { get; init; }

    /// <summary>Regions that could not be read, by name.</summary>
    public required IReadOnlyList<UnreadRegion> Unread { get; init; }

    /// <summary>Regions whose queues could not be listed: the controller may not, as its policy was made without a queue.</summary>
    public IReadOnlyList<UnreadRegion> QueuesUnread { get; init; } = [];

    /// <summary>What the resources cost if they all stay, USD per month.</summary>
    public decimal UsdPerMonth => Resources.Sum(r => r.UsdPerMonth);
}

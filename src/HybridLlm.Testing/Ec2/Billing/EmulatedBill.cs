namespace HybridLlm.Testing.Ec2;

/// <summary>What is charged for.</summary>
public enum BillItem
{
    /// <summary>A spot instance, per second, by the spot price at the start of each of its hours.</summary>
    SpotInstance,

    /// <summary>An on-demand instance, per second.</summary>
    OnDemandInstance,

    /// <summary>An EBS volume, per second.</summary>
    Volume,

    /// <summary>A public IPv4 address, per second.</summary>
    PublicIpv4,

    /// <summary>What a bucket stores, by the byte and second.</summary>
    BucketStorage,
}

/// <summary>What AWS would charge up to a moment: the truth an app's own ledger can be held against.</summary>
public sealed record EmulatedBill
{
    /// <summary>Up to when.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>One line for each thing and period charged, oldest first.</summary>
    public required IReadOnlyList<EmulatedBillLine> Lines { get; init; }

    /// <summary>All lines together, USD.</summary>
    public decimal TotalUsd => Lines.Sum(l => l.Usd);
}

/// <summary>One thing that costs money, for one period.</summary>
public sealed record EmulatedBillLine
{
    /// <summary>Instance, volume or allocation id, or bucket name; an automatic public address is charged to its instance.</summary>
    public required string ResourceId { get; init; }

    /// <summary>Region name.</summary>
    public required string Region { get; init; }

    /// <summary>What is charged.</summary>
    public required BillItem Item { get; init; }

    /// <summary>Start of the period.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>End of the period; null while it lasts.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>USD up to the bill's moment; 0 for a spot instance that EC2 took back in its first hour.</summary>
    public required decimal Usd { get; init; }

    /// <summary>The resource's tags, as they are or last were.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

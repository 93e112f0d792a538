namespace HybridLlm.AwsGpu.Pricing;

/// <summary>
/// What everything but instances costs. The defaults are the published figures of us-east-1; other regions are up to
/// about a third dearer, so give that region's figures where the difference matters.
/// </summary>
public sealed record InfrastructurePrices
{
    /// <summary>Hours of a month as AWS bills it.</summary>
    public const decimal HoursPerMonth = 730m;

    /// <summary>The defaults.</summary>
    public static InfrastructurePrices Embedded { get; } = new();

    /// <summary>Day the figures were looked up.</summary>
    public DateOnly AsOf { get; init; } = new(2026, 11, 23);

    /// <summary>EBS gp3 volume, USD per GiB-month.</summary>
    public decimal VolumeGiBMonth { get; init; } = 0.08m;

    /// <summary>EBS snapshot, USD per GiB-month.</summary>
    public decimal SnapshotGiBMonth { get; init; } = 0.05m;

    /// <summary>Public IPv4 address, whether in use or not, USD per hour.</summary>
    public decimal PublicIpv4Hour { get; init; } = 0.005m;

    /// <summary>S3 standard storage, USD per GiB-month.</summary>
    public decimal StorageGiBMonth { get; init; } = 0.023m;

    /// <summary>Data sent to the internet, USD per GiB.</summary>
    public decimal EgressGiB { get; init; } = 0.09m;
}

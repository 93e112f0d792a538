namespace HybridLlm.Testing.Ec2.Billing;

/// <summary>
/// What AWS charges besides instance-hours, USD, as in us-east-1 in November 2026; the emulator takes them in every region.
/// </summary>
internal static class Rates
{
    /// <summary>AWS's month.</summary>
    public const decimal HoursPerMonth = 730;

    private const decimal Gp3GiBMonth = 0.08m;
    private const decimal Gp3IopsMonth = 0.005m;
    private const decimal Gp3ThroughputMonth = 0.04m;
    private const int Gp3FreeIops = 3000;
    private const int Gp3FreeThroughput = 125;

    /// <summary>USD per hour of a public IPv4 address, used or idle.</summary>
    public static decimal PublicIpv4 => 0.005m;

    /// <summary>USD per GiB-month in S3 Standard.</summary>
    public static decimal S3GiBMonth => 0.023m;

    /// <summary>USD per hour of a gp3 volume; every other type is charged as gp3.</summary>
    public static decimal Gp3(int sizeGiB, int? iops, int? throughput) =>
        (
            (sizeGiB * Gp3GiBMonth)
            + (Math.Max(0, (iops ?? 0) - Gp3FreeIops) * Gp3IopsMonth)
            + (Math.Max(0, (throughput ?? 0) - Gp3FreeThroughput) * Gp3ThroughputMonth)
        ) / HoursPerMonth;
}

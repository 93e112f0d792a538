namespace HybridLlm.AwsGpu.Leases;

/// <summary>
/// When a node's lease is renewed and how far. A lease is how long a node outlives the program that wanted it, so it is
/// short, and renewed early enough that some renewals may fail. Pure.
/// </summary>
public sealed record LeasePolicy
{
    private readonly TimeSpan _length = TimeSpan.FromMinutes(10);

    /// <summary>How far ahead each renewal reaches, 2 minutes to 24 hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Shorter or longer.</exception>
    public TimeSpan Length
    {
        get => _length;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMinutes(2));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(24));
            _length = value;
        }
    }

    /// <summary>The lease of a node launched now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="expiresAt">The node's absolute end.</param>
    public DateTimeOffset First(DateTimeOffset now, DateTimeOffset expiresAt) => Earlier(now + Length, expiresAt);

    /// <summary>What to do about a lease now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="leaseUntil">How far the lease reaches.</param>
    /// <param name="expiresAt">The node's absolute end, which no renewal passes.</param>
    public LeaseDecision Decide(DateTimeOffset now, DateTimeOffset leaseUntil, DateTimeOffset expiresAt)
    {
        // Renewed when half of it is used up: the other half is there to try again in.
        var half = Length / 2;
        var renewed = now < leaseUntil - half ? leaseUntil : First(now, expiresAt);
        var until = Later(leaseUntil, renewed);
        return new LeaseDecision(until > leaseUntil ? until : null, until < expiresAt ? until - half : null);
    }

    /// <summary>A lease extended on purpose, e.g. for a demonstration; it never becomes shorter.</summary>
    /// <param name="now">The time.</param>
    /// <param name="leaseUntil">How far the lease reaches.</param>
    /// <param name="expiresAt">The node's absolute end, which no extension passes.</param>
    /// <param name="keepFor">How long the node is to be kept from now.</param>
    public static DateTimeOffset Extend(
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        DateTimeOffset expiresAt,
        TimeSpan keepFor
    ) => Later(leaseUntil, Earlier(now + keepFor, expiresAt));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

namespace HybridLlm.AwsGpu.Pricing;

/// <summary>One line of a forecast.</summary>
public sealed record CostPart
{
    /// <summary>What is paid for, e.g. <c>root disk of the node</c>.</summary>
    public required string Name { get; init; }

    /// <summary>When it accrues.</summary>
    public required CostLayer Layer { get; init; }

    /// <summary>USD per hour in which it accrues.</summary>
    public required decimal PerHour { get; init; }

    /// <summary>USD per day in which it accrues all day.</summary>
    public decimal PerDay => PerHour * 24m;

    /// <summary>USD per month of 730 hours in which it accrues all the time.</summary>
    public decimal PerMonth => PerHour * InfrastructurePrices.HoursPerMonth;

    /// <summary>How the figure comes about, e.g. <c>80 GiB × 0.08 USD a month</c>.</summary>
    public required string Basis { get; init; }
}

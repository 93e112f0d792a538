namespace HybridLlm.AwsGpu.Pricing;

/// <summary>What a cluster costs asleep and awake, part by part.</summary>
/// <param name="Parts">Every part; the foundation's first.</param>
public sealed record CostForecast(IReadOnlyList<CostPart> Parts)
{
    /// <summary>USD per hour with nothing rented.</summary>
    public decimal AsleepPerHour => Sum(CostLayer.Foundation);

    /// <summary>USD per hour with the GPU instance up; the foundation is part of it.</summary>
    public decimal AwakePerHour => Sum(CostLayer.Foundation) + Sum(CostLayer.Burst);

    /// <summary>The cost of being awake so many hours a day.</summary>
    /// <param name="hoursAwakePerDay">0–24.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not within 0–24.</exception>
    public UsageCost ForUsage(decimal hoursAwakePerDay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hoursAwakePerDay);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hoursAwakePerDay, 24m);
        var perDay = (24m * Sum(CostLayer.Foundation)) + (hoursAwakePerDay * Sum(CostLayer.Burst));
        return new UsageCost(hoursAwakePerDay, perDay, perDay * InfrastructurePrices.HoursPerMonth / 24m);
    }

    private decimal Sum(CostLayer layer) => Parts.Where(p => p.Layer == layer).Sum(p => p.PerHour);
}

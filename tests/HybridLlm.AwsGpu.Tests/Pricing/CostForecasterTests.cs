using System.Globalization;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Tests.Pricing;

public sealed class CostForecasterTests
{
    private static readonly CostSpec s_spec = new()
    {
        NodeHourlyPrice = 0.40m,
        LighthouseHourlyPrice = 0.0042m,
        StoredGiB = 10m,
    };

    [Fact]
    public void Forecast_matches_golden() => Golden.Match("cost-forecast.txt", Print(CostForecaster.Forecast(s_spec)));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(24)]
    public void Usage_is_the_foundation_all_day_and_the_burst_while_awake(int hours)
    {
        var forecast = CostForecaster.Forecast(s_spec);
        var usage = forecast.ForUsage(hours);

        var burstPerHour = forecast.AwakePerHour - forecast.AsleepPerHour;
        usage.PerDay.ShouldBe((24 * forecast.AsleepPerHour) + (hours * burstPerHour));
        usage.PerMonth.ShouldBe(usage.PerDay * 730 / 24);
    }

    /// <summary>The sizing a homelab starts from: g4dn.xlarge at 0.16 USD, two, eight and twenty-four hours a day.</summary>
    [Theory]
    [InlineData(2, 10)]
    [InlineData(8, 38)]
    [InlineData(24, 115)]
    public void A_small_gpu_costs_about_what_people_expect_a_month(int hours, int usd)
    {
        var gpu = CostForecaster
            .Forecast(new CostSpec { NodeHourlyPrice = 0.16m })
            .Parts.Single(p => p.Name == "GPU instance");

        (gpu.PerMonth * hours / 24).ShouldBe(usd, tolerance: 0.03m * usd);
    }

    [Fact]
    public void A_lighthouse_with_its_address_costs_about_twelve_dollars_a_month()
    {
        var forecast = CostForecaster.Forecast(s_spec with { LighthouseHourlyPrice = 0.0104m, StoredGiB = 0 });

        (forecast.AsleepPerHour * 730).ShouldBe(12m, tolerance: 0.5m);
    }

    [Fact]
    public void Awake_all_month_costs_the_sum_of_all_parts()
    {
        var forecast = CostForecaster.Forecast(s_spec);

        forecast.ForUsage(24).PerMonth.ShouldBe(forecast.Parts.Sum(p => p.PerMonth), tolerance: 1e-20m);
        forecast.ForUsage(24).PerDay.ShouldBe(forecast.Parts.Sum(p => p.PerDay));
    }

    [Fact]
    public void A_lighthouse_at_home_costs_nothing_here()
    {
        var forecast = CostForecaster.Forecast(s_spec with { LighthouseHourlyPrice = null, StoredGiB = 0 });

        forecast.AsleepPerHour.ShouldBe(0);
        forecast.Parts.ShouldNotContain(p => p.Name.Contains("lighthouse", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_of_a_spec_are_reported_at_once()
    {
        CostSpec spec = new()
        {
            NodeHourlyPrice = 0,
            NodeVolumeGiB = -1,
            StoredGiB = -1,
            EgressGiBPerHour = -1,
        };

        Should.Throw<InvalidSpecException>(() => CostForecaster.Forecast(spec)).Faults.Count.ShouldBe(4);
    }

    private static string Print(CostForecast forecast)
    {
        var parts = forecast.Parts.Select(p => Line(p.Name, p.PerHour, p.PerDay, p.PerMonth, $"{p.Layer}, {p.Basis}"));
        var usages = new[] { 0m, 2m, 8m, 24m }
            .Select(forecast.ForUsage)
            .Select(u => $"awake {u.HoursAwakePerDay, 2} h a day: {Usd(u.PerDay)} a day, {Usd(u.PerMonth)} a month");
        return string.Join('\n', [.. parts, .. usages]);
    }

    private static string Line(string name, decimal hour, decimal day, decimal month, string why) =>
        $"{name, -30} {Usd(hour)} {Usd(day)} {Usd(month)}  {why}";

    private static string Usd(decimal usd) => usd.ToString("0.000000", CultureInfo.InvariantCulture).PadLeft(12);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Proofs;
using HybridLlm.Specs;

namespace HybridLlm.Planning;

/// <summary>Makes the plan, or says everything that stands in its way. Pure.</summary>
internal static class HybridClusterPlanner
{
    /// <summary>Boot times measured on AWS vary; these are what a plan promises and an emulated node takes.</summary>
    private static readonly PlanStage[] s_wake =
    [
        new(ClusterStages.Rent, "a spot instance is rented", TimeSpan.FromSeconds(5)),
        new(ClusterStages.Boot, "EC2 starts it, it boots and asks to enrol", TimeSpan.FromSeconds(150)),
        new(ClusterStages.Enrol, "its request is judged and answered", TimeSpan.FromSeconds(5)),
        new(ClusterStages.Join, "mesh and k3s come up", TimeSpan.FromSeconds(30)),
        new(ClusterStages.Peer, "Liqo peers it with the homelab, Ollama's pod starts", TimeSpan.FromSeconds(20)),
        new(ClusterStages.Load, "the model goes into the GPU", TimeSpan.FromSeconds(20)),
    ];

    public static IReadOnlyList<PlanStage> WakeStages => s_wake;

    /// <summary>Stages of a wake of this cluster, in order.</summary>
    public static IReadOnlyList<PlanStage> WakeStagesOf(HybridClusterSpec spec) =>
        spec.Federation is null ? [.. s_wake.Where(s => s.Stage != ClusterStages.Peer)] : s_wake;

    /// <exception cref="HybridClusterFaultsException">The plan cannot be; every reason is given.</exception>
    public static (HybridClusterPlan Plan, GpuMarket Market) Plan(HybridClusterSpec spec, HybridClusterFacts facts)
    {
        List<SpecFault> faults = [];
        if (!facts.Regions.Contains(spec.Gpu.Region))
        {
            faults.Add(
                new(
                    "HL120",
                    $"Region {spec.Gpu.Region} is not enabled for this account; enabled are {string.Join(", ", facts.Regions)}.",
                    "Choose an enabled region or enable this one in the AWS console."
                )
            );
        }

        if (facts.Model is null)
        {
            faults.Add(
                new(
                    "HL121",
                    $"No memory figures are known of model {spec.Model.Name}.",
                    $"Use a model of the table, e.g. {string.Join(", ", WellKnownModels.All.Take(4).Select(m => m.Name))}."
                )
            );
        }

        if (facts is not { Offerings: { } offerings, Model: { } model, Network: { } network, Bucket: { } bucket })
        {
            throw new HybridClusterFaultsException(faults);
        }

        var need = MemoryEstimator.Estimate(model, spec.Model.ContextTokens, spec.Model.Parallel);
        if (network.Cidr != spec.Gpu.VpcRange)
        {
            faults.Add(
                new(
                    "HL124",
                    $"{spec.Gpu.ExistingVpcId} has the range {network.Cidr}, not {spec.Gpu.VpcRange}.",
                    $"Set VpcRange to {network.Cidr}, so that nothing else is given addresses of it."
                )
            );
        }

        var zones = spec.Gpu.ExistingVpcId is null ? null : network.ZoneIds;
        var market = GpuMarket.Judge(spec.Gpu, need, offerings, zones);
        ModelShelf? shelf = null;
        if (spec.Model.Cache == ModelCacheKind.VolumePerZone && market.Everything.Offers.Count > 0)
        {
            shelf = ModelShelf.Of(model, facts.Volumes, market.Everything.Offers);
            market = GpuMarket.Judge(spec.Gpu, need, offerings, shelf.ZoneIds);
        }

        if (spec.Gpu.OnDemand != OnDemandFallback.Never && market.OnDemand.Count == 0)
        {
            faults.Add(NoOnDemand(spec, market));
        }

        if (market.Offers.Count + market.OnDemand.Count == 0)
        {
            faults.Add(NoOffer(spec, need, market));
            throw new HybridClusterFaultsException(faults);
        }

        var cost = Forecast(spec, facts, market, shelf);
        faults.AddRange(Budget(spec, cost, market));
        var reachability = ReachabilityProof.Of(SecurityGroups.Of(network.Spec));
        faults.AddRange(reachability.Faults);
        HybridClusterFaultsException.ThrowIfAny(faults);

        HybridClusterPlan plan = new()
        {
            Id = "",
            Cluster = spec.Name,
            Model = spec.Model.Name,
            Region = spec.Gpu.Region,
            Mode = spec.Federation is null ? "direct" : "federated",
            ReadAt = facts.At,
            Proofs =
            [
                .. PlanProofs.Of(spec, need, market, cost, reachability),
                .. shelf is null ? [] : new[] { shelf.Proof() },
            ],
            Offers = market.Offers,
            OnDemand = market.OnDemand,
            Rejected = market.Rejected,
            Cost = cost,
            Steps = [.. PlanSteps.Of(spec, facts, network, bucket, market)],
            Wake = WakeStagesOf(spec),
        };
        return (plan with { Id = Digest(plan) }, market);
    }

    private static SpecFault NoOffer(HybridClusterSpec spec, MemoryNeed need, GpuMarket market)
    {
        var needed = string.Create(CultureInfo.InvariantCulture, $"{GpuMarket.MiB(need.GpuBytes())} MiB on one GPU");
        return new(
            "HL122",
            $"{spec.Model.Name} with {spec.Model.ContextTokens} tokens of context × {spec.Model.Parallel} needs {needed}, and no offer in {spec.Gpu.Region} fits: {Reasons(market)}.",
            "Take a smaller model, less context or less parallelism, raise the highest hourly price, or choose another region."
        );
    }

    private static string Reasons(GpuMarket market) =>
        string.Join(
            "; ",
            market
                .Rejected.GroupBy(r => r.Reason, StringComparer.Ordinal)
                .OrderByDescending(g => g.Count())
                .Take(3)
                .Select(g => $"{g.Key} ({g.Count()}×)")
        );

    private static SpecFault NoOnDemand(HybridClusterSpec spec, GpuMarket market) =>
        new(
            "HL123",
            $"A GPU is to be bought on demand when spot gives none, and no on-demand offer in {spec.Gpu.Region} fits: {Reasons(market)}.",
            "Raise the highest hourly price or the on-demand quota, or do without on-demand."
        );

    private static PlanCost Forecast(
        HybridClusterSpec spec,
        HybridClusterFacts facts,
        GpuMarket market,
        ModelShelf? shelf
    )
    {
        var forecast = CostForecaster.Forecast(
            new CostSpec
            {
                NodeHourlyPrice = market.DearestReserve,
                LighthouseHourlyPrice = facts.LighthouseHourlyPrice,
                StoredGiB = Math.Round(facts.Artifacts.Sum(a => a.Size) / (decimal)(1L << 30), 3),
            }
        );
        var unused = facts.ModelHoldings.Where(h => shelf?.Holds.Contains(h.Id) != true).ToList();
        var unusedPerHour = unused.Sum(h => h.UsdPerMonth) / InfrastructurePrices.HoursPerMonth;
        var kept = (shelf?.PerHour ?? 0) + unusedPerHour;
        var awake = forecast.AwakePerHour - forecast.AsleepPerHour;
        var hours = spec.Budget.PerDay is { } perDay ? (perDay - 24 * (forecast.AsleepPerHour + kept)) / awake : 24;
        var allDay = forecast.ForUsage(24);
        return new PlanCost
        {
            Parts =
            [
                .. forecast.Parts.Select(p => new PlanCostPart(
                    p.Name,
                    p.Layer == CostLayer.Foundation ? "foundation" : "burst",
                    decimal.Round(p.PerHour, 6),
                    p.Basis
                )),
                .. shelf is null ? Array.Empty<PlanCostPart>() : [shelf.Cost],
                .. unused.Count == 0 ? Array.Empty<PlanCostPart>() : [Unused(unused, unusedPerHour)],
            ],
            ReservedPerHour = market.DearestReserve,
            ReservedOnSpotPerHour = market.ReservedPrice,
            AsleepPerHour = decimal.Round(forecast.AsleepPerHour + kept, 6),
            AsleepPerDay = decimal.Round(forecast.ForUsage(0).PerDay + (24 * kept), 4),
            AwakePerHour = decimal.Round(forecast.AwakePerHour + kept, 6),
            AwakePerDay = decimal.Round(allDay.PerDay + (24 * kept), 4),
            AwakePerMonth = decimal.Round(allDay.PerMonth + (InfrastructurePrices.HoursPerMonth * kept), 4),
            BudgetPerDay = spec.Budget.PerDay,
            BudgetPerMonth = spec.Budget.PerMonth,
            HoursAwakePerDay = decimal.Round(Math.Clamp(hours, 0, 24), 2),
        };
    }

    /// <summary>What an earlier teardown kept and this plan has no use for costs on.</summary>
    private static PlanCostPart Unused(IReadOnlyList<OwnedResource> unused, decimal perHour) =>
        new(
            "models kept from before that this plan does not use",
            "foundation",
            decimal.Round(perHour, 6),
            string.Join(", ", unused.Select(h => $"{h.Kind} {h.Id}, {Money.Usd(h.UsdPerMonth)} a month"))
        );

    private static IEnumerable<SpecFault> Budget(HybridClusterSpec spec, PlanCost cost, GpuMarket market)
    {
        var hour = cost.AwakePerHour - cost.AsleepPerHour;
        (string Name, decimal? Limit, decimal Least)[] limits =
        [
            ("day", spec.Budget.PerDay, cost.AsleepPerDay + hour),
            ("month", spec.Budget.PerMonth, cost.AsleepPerHour * InfrastructurePrices.HoursPerMonth + hour),
        ];
        foreach (var (name, limit, least) in limits)
        {
            if (limit < least)
            {
                yield return new(
                    "HL130",
                    $"A budget of {Money.Usd(limit.Value)} a {name} does not bear one hour of {Dearest(market)}: "
                        + $"the foundation takes {Money.Usd(least - hour)} a {name}, an hour awake {Money.Usd(hour)}.",
                    $"Allow at least {Money.Usd(decimal.Round(least + 0.005m, 2))} a {name}."
                );
            }
        }
    }

    private static string Dearest(GpuMarket market) =>
        market.OnDemand.Count == 0
            ? $"the cheapest offer, {market.Offers[0].InstanceType}"
            : $"{market.OnDemand.MaxBy(o => o.HourlyPrice)!.InstanceType} bought on demand";

    private static string Digest(HybridClusterPlan plan)
    {
        // What is planned counts, not when the prices were read.
        var content = (plan with { ReadAt = DateTimeOffset.UnixEpoch, Steps = [] }).ToJson();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
    }
}

using System.Globalization;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Specs;

namespace HybridLlm.Planning;

/// <summary>What the spot market offers for one model: the model's memory need met with EC2's offers.</summary>
internal sealed record GpuMarket
{
    /// <summary>Pools dearer than the cheapest by more than this are not asked for: waiting for the cheap ones is better.</summary>
    private const decimal WidestSpread = 1.6m;

    /// <summary>Room for a spot price that rises while the node runs.</summary>
    private const decimal PriceRoom = 1.15m;

    public required IReadOnlyList<PlanOffer> Offers { get; init; }

    public required IReadOnlyList<PlanRejection> Rejected { get; init; }

    /// <summary>The offers in AwsGpu's terms, in the same order.</summary>
    public required OfferPlan Plan { get; init; }

    /// <summary>What an hour of the instance may cost at most; 0 without an offer.</summary>
    public required decimal ReservedPrice { get; init; }

    public static GpuMarket Judge(GpuSpec gpu, MemoryNeed need, OfferingFacts facts)
    {
        var fit = facts.InstanceTypes.ToLookup(t => need.Fits((long)t.GpuMemoryMiB << 20, t.GpuCount));
        var names = fit[true].Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var plan = OfferPlanner.Plan(
            new OfferRequest
            {
                GpuMemoryMiB = 1,
                MaxHourlyPrice = gpu.MaxHourlyPrice,
                MaxTimesCheapest = WidestSpread,
                AnswerFor = [.. gpu.AskedAbout.Except(fit[false].Select(t => t.Name))],
            },
            facts with
            {
                InstanceTypes = [.. fit[true]],
                Pools = [.. facts.Pools.Where(p => names.Contains(p.InstanceType))],
            }
        );
        return new GpuMarket
        {
            Offers = [.. plan.Offers.Select(o => Offer(o, need))],
            Rejected =
            [
                .. fit[false].OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => TooSmall(t, need)),
                .. plan.Rejected.Select(r => new PlanRejection(r.InstanceType, r.Zone?.Name, r.Reason)),
                .. plan
                    .Answers.Where(a => a.Reason is not null && !Mentions(plan, a.InstanceType))
                    .Select(a => new PlanRejection(a.InstanceType, null, a.Reason!)),
            ],
            Plan = plan,
            ReservedPrice =
                plan.Offers.Count > 0 ? Reserve(plan.Offers.Max(o => o.HourlyPrice), gpu.MaxHourlyPrice) : 0,
        };
    }

    public static long MiB(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static decimal Reserve(decimal dearest, decimal? cap)
    {
        var reserve = decimal.Round(dearest * PriceRoom, 4, MidpointRounding.ToPositiveInfinity);
        return cap is { } most && most < reserve ? most : reserve;
    }

    private static PlanOffer Offer(Offer offer, MemoryNeed need) =>
        new()
        {
            InstanceType = offer.InstanceType.Name,
            Zone = offer.Zone.Name,
            ZoneId = offer.Zone.Id,
            Gpu = $"{offer.InstanceType.GpuCount} × {offer.InstanceType.GpuName}",
            GpuMemoryMiB = offer.InstanceType.GpuMemoryMiB,
            NeedsMiB = MiB(need.GpuBytes(offer.InstanceType.GpuCount)),
            HourlyPrice = offer.HourlyPrice,
            OnDemandPrice = offer.OnDemand.UsdPerHour,
        };

    private static PlanRejection TooSmall(GpuInstanceType type, MemoryNeed need) =>
        new(
            type.Name,
            null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"its {type.GpuCount} × {type.GpuName} has {type.GpuMemoryMiB} MiB a GPU, the model needs {MiB(need.GpuBytes(type.GpuCount))}"
            )
        );

    private static bool Mentions(OfferPlan plan, string type) => plan.Rejected.Any(r => r.InstanceType == type);
}

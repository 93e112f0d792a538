using System.Globalization;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Specs;

namespace HybridLlm.Planning;

/// <summary>What EC2 offers for one model: the model's memory need met with EC2's offers, on spot and, if wanted, on demand.</summary>
internal sealed record GpuMarket
{
    /// <summary>GPU memory asked for of offers, MiB: whether a model fits is judged here, so that offers rank by price alone.</summary>
    public const int AskedMiB = 1;

    /// <summary>Pools dearer than the cheapest by more than this are not asked for: waiting for the cheap ones is better.</summary>
    private const decimal WidestSpread = 1.6m;

    /// <summary>Room for a spot price that rises while the node runs.</summary>
    private const decimal PriceRoom = 1.15m;

    /// <summary>Spot pools, best first; those left alone are not among them unless all are.</summary>
    public required IReadOnlyList<PlanOffer> Offers { get; init; }

    /// <summary>The same on demand; empty unless on-demand may be bought.</summary>
    public required IReadOnlyList<PlanOffer> OnDemand { get; init; }

    public required IReadOnlyList<PlanRejection> Rejected { get; init; }

    /// <summary>All offers in AwsGpu's terms, pools that are left alone for a while included.</summary>
    public required OfferPlan Everything { get; init; }

    /// <summary>The same without those.</summary>
    public required OfferPlan Warm { get; init; }

    /// <summary>What to ask for when somebody waits: a doubtful pool is better than none.</summary>
    public OfferPlan Plan => Warm.Offers.Count > 0 ? Warm : Everything;

    /// <summary>What an hour of the instance may cost at most on spot; 0 without an offer.</summary>
    public required decimal ReservedPrice { get; init; }

    /// <summary>The same on demand, where there is no <c>MaxPrice</c>: the dearest offer. 0 without one.</summary>
    public required decimal ReservedOnDemand { get; init; }

    /// <summary>What an hour of the instance may cost at most, in whatever market.</summary>
    public decimal DearestReserve => Math.Max(ReservedPrice, ReservedOnDemand);

    public decimal ReserveOf(InstanceMarket market) => market == InstanceMarket.Spot ? ReservedPrice : ReservedOnDemand;

    /// <param name="gpu">What is wanted.</param>
    /// <param name="need">What the model needs.</param>
    /// <param name="facts">What EC2 offers, and what was lived through with it.</param>
    /// <param name="zoneIds">Zones that have a subnet; null for all.</param>
    public static GpuMarket Judge(
        GpuSpec gpu,
        MemoryNeed need,
        OfferingFacts facts,
        IReadOnlyList<string>? zoneIds = null
    )
    {
        var fit = facts.InstanceTypes.ToLookup(t => need.Fits((long)t.GpuMemoryMiB << 20, t.GpuCount));
        var names = fit[true].Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var plan = OfferPlanner.Plan(
            new OfferRequest
            {
                GpuMemoryMiB = AskedMiB,
                MaxHourlyPrice = gpu.MaxHourlyPrice,
                MaxTimesCheapest = WidestSpread,
                ZoneIds = zoneIds,
                MayBuyOnDemand = gpu.OnDemand != OnDemandFallback.Never,
                AnswerFor = [.. gpu.AskedAbout.Except(fit[false].Select(t => t.Name))],
            },
            facts with
            {
                InstanceTypes = [.. fit[true]],
                Pools = [.. facts.Pools.Where(p => names.Contains(p.InstanceType))],
                // What is cooled is sorted out below: how dear a pool may be follows from the cheapest, cooled or not.
                History = [.. facts.History.Select(h => h with { CooledUntil = null })],
            }
        );
        if (gpu.OnDemand == OnDemandFallback.Never)
        {
            plan = plan with { OnDemand = [], RejectedOnDemand = [] };
        }

        var cooled = facts
            .History.Where(h => h.CooledUntil > facts.ReadAt)
            .ToDictionary(h => (h.InstanceType, h.ZoneId, h.Market), h => h.CooledUntil!.Value);
        var isCooled = plan.Offers.ToLookup(o => cooled.ContainsKey(Pool(o)));
        var warm = plan with
        {
            Offers = [.. isCooled[false]],
            OnDemand = [.. plan.OnDemand.Where(o => !cooled.ContainsKey(Pool(o)))],
        };
        return new GpuMarket
        {
            Offers = [.. (warm.Offers.Count > 0 ? warm : plan).Offers.Select(o => Offer(o, need))],
            OnDemand = [.. plan.OnDemand.Select(o => Offer(o, need))],
            Rejected =
            [
                .. fit[false].OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => TooSmall(t, need)),
                .. (warm.Offers.Count > 0 ? isCooled[true] : []).Select(o => LeftAlone(o, cooled[Pool(o)])),
                .. plan.Rejected.Select(r => new PlanRejection(r.InstanceType, r.Zone?.Name, r.Reason)),
                .. plan.RejectedOnDemand.Select(r => new PlanRejection(
                    r.InstanceType,
                    r.Zone?.Name,
                    $"on demand: {r.Reason}"
                )),
                .. plan
                    .Answers.Where(a => a.Reason is not null && !Mentions(plan, a.InstanceType))
                    .Select(a => new PlanRejection(a.InstanceType, null, a.Reason!)),
            ],
            Everything = plan,
            Warm = warm,
            ReservedPrice =
                plan.Offers.Count > 0 ? Reserve(plan.Offers.Max(o => o.HourlyPrice), gpu.MaxHourlyPrice) : 0,
            ReservedOnDemand = plan.OnDemand.Count > 0 ? plan.OnDemand.Max(o => o.HourlyPrice) : 0,
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

    private static (string, string, InstanceMarket) Pool(Offer offer) =>
        (offer.InstanceType.Name, offer.Zone.Id, offer.Market);

    private static PlanRejection LeftAlone(Offer offer, DateTimeOffset until) =>
        new(
            offer.InstanceType.Name,
            offer.Zone.Name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"is left alone until {until:u}, after EC2 had no capacity there or took an instance back"
            )
        );

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

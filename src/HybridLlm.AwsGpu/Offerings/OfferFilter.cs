using System.Collections.Frozen;
using HybridLlm.AwsGpu.Pricing;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>Why types and pools do not answer a request, in words; null where they do. Pure.</summary>
internal sealed class OfferFilter
{
    /// <summary>GPUs older than Turing, which NVIDIA's open kernel driver, the one in the node's image, does not run.</summary>
    private static readonly FrozenSet<string> s_tooOldForOpenDriver = FrozenSet.Create("K80", "M60", "P100", "V100");

    private readonly OfferRequest _request;
    private readonly OfferingFacts _facts;
    private readonly FrozenSet<string>? _zones;
    private readonly FrozenDictionary<(string, string, InstanceMarket), PoolRecord> _history;
    private readonly List<MarketRest> _rests;

    public OfferFilter(OfferRequest request, OfferingFacts facts)
    {
        _request = request;
        _facts = facts;
        _zones = request.ZoneIds?.ToFrozenSet();
        _history = facts.History.ToFrozenDictionary(h => (h.InstanceType, h.ZoneId, h.Market));
        _rests = [.. facts.Rests.Where(r => r.Until > facts.ReadAt)];
    }

    public PoolRecord? HistoryOf(SpotPool pool, InstanceMarket market) =>
        _history.GetValueOrDefault((pool.InstanceType, pool.Zone.Id, market));

    /// <summary>GPU memory of a type that the request has a use for, GiB.</summary>
    public decimal UsefulGiB(GpuInstanceType type) =>
        Math.Min(Usable(type), _request.UsefulGpuMemoryMiB ?? _request.GpuMemoryMiB) / 1024m;

    /// <summary>What holds for every pool of a type, whatever the market.</summary>
    public string? WhyNot(GpuInstanceType type) =>
        type.GpuManufacturer != "NVIDIA" ? $"has {type.GpuManufacturer} {type.GpuName}, needs an NVIDIA GPU"
        : s_tooOldForOpenDriver.Contains(type.GpuName)
            ? $"has NVIDIA {type.GpuName}, which the node image's open driver does not run"
        : type.Architecture != _request.Architecture ? $"is {type.Architecture}, needs {_request.Architecture}"
        : Usable(type) < _request.GpuMemoryMiB
            ? $"has {Usable(type)} MiB of GPU memory{(_request.OnOneGpu ? " on one GPU" : "")}, needs {_request.GpuMemoryMiB}"
        : null;

    /// <summary>What holds for every pool of a type in one market.</summary>
    public string? WhyNot(GpuInstanceType type, InstanceMarket market) =>
        market == InstanceMarket.Spot && !type.SoldOnSpot ? "is not sold on the spot market"
        : _facts.Quotas.Left(type.Name, market) is { } left && left < type.VCpus
            ? $"needs {type.VCpus} vCPUs, the {NameOf(market)} quota of its family has {left} left"
        : _rests.Find(r => r.ZoneId is null && r.Covers(type.Name, type.VCpus, market, VCpusOf)) is { } rest
            ? Words(rest)
        : null;

    public string? WhyNotInZone(SpotPool pool) =>
        _zones?.Contains(pool.Zone.Id) == false ? $"no subnet in {pool.Zone.Id}" : null;

    /// <summary>What was lived through with a pool, or with its zone, in one market.</summary>
    public string? WhyNotAfter(SpotPool pool, GpuInstanceType type, InstanceMarket market) =>
        HistoryOf(pool, market) is { } record
            ? record.UnsupportedUntil > _facts.ReadAt
                ? Invariant(
                    $"is not to be had in {pool.Zone.Id}, says EC2; asked again from {record.UnsupportedUntil:u}"
                )
                : record.CooledUntil > _facts.ReadAt
                    ? Invariant(
                        $"is left alone until {record.CooledUntil:u}, after EC2 had no capacity there or took an instance back"
                    )
                    : ZoneRest(pool, type, market)
            : ZoneRest(pool, type, market);

    private string? ZoneRest(SpotPool pool, GpuInstanceType type, InstanceMarket market) =>
        _rests.Count > 0
        && _rests.Find(r => r.ZoneId == pool.Zone.Id && r.Covers(type.Name, type.VCpus, market, VCpusOf)) is { } rest
            ? Words(rest)
            : null;

    public string? WhyNotAt(decimal price) =>
        price > _request.MaxHourlyPrice ? Invariant($"costs {price} USD/h, limit {_request.MaxHourlyPrice}") : null;

    /// <param name="pool">The pool.</param>
    /// <param name="type">Its type.</param>
    /// <param name="onDemand">What that type costs on demand.</param>
    /// <param name="equivalent">The cheapest of all that can be had on demand instead; null when nothing can.</param>
    public string? WhyNotSpot(SpotPool pool, GpuInstanceType type, OnDemandPrice onDemand, Offer? equivalent) =>
        WhyNotInZone(pool) is { } zone ? zone
        : pool.SpotPrice is not { } price ? "has no spot price"
        : WhyNotAt(price) is { } limit ? limit
        : WhyNotAfter(pool, type, InstanceMarket.Spot) is { } lived ? lived
        : price > _request.MaxShareOfOnDemand * onDemand.UsdPerHour
            ? Invariant(
                $"costs {price} USD/h, more than {_request.MaxShareOfOnDemand:0.##%} of the {onDemand.UsdPerHour} it costs on demand"
            )
        : equivalent is not null && price / UsefulGiB(type) > _request.MaxShareOfOnDemand * equivalent.PricePerUsefulGiB
            ? Invariant(
                $"costs {price} USD/h, more than {_request.MaxShareOfOnDemand:0.##%} of what {equivalent.InstanceType.Name} costs on demand for as much use, {equivalent.HourlyPrice}"
            )
        : null;

    private int Usable(GpuInstanceType type) => _request.OnOneGpu ? type.GpuMemoryMiB : type.TotalGpuMemoryMiB;

    private int? VCpusOf(string instanceType) =>
        _facts.InstanceTypes.FirstOrDefault(t => t.Name == instanceType)?.VCpus;

    private static string Words(MarketRest rest) => Invariant($"is left alone until {rest.Until:u}, after {rest.Code}");

    private static string NameOf(InstanceMarket market) => market == InstanceMarket.Spot ? "spot" : "on-demand";
}

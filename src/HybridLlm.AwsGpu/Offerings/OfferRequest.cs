namespace HybridLlm.AwsGpu.Offerings;

/// <summary>The GPU instance wanted.</summary>
public sealed record OfferRequest
{
    /// <summary>GPU memory needed, MiB, over all GPUs of one instance; above 0.</summary>
    public required int GpuMemoryMiB { get; init; }

    /// <summary>Whether one GPU must hold all of it, because the software cannot split the model.</summary>
    public bool OnOneGpu { get; init; }

    /// <summary>
    /// GPU memory up to which more is worth paying for, MiB, e.g. for a longer context or more requests at once; null values what is needed
    /// and no more, so that offers rank by price alone.
    /// </summary>
    public int? UsefulGpuMemoryMiB { get; init; }

    /// <summary>Architecture of the node's image and programs.</summary>
    public CpuArchitecture Architecture { get; init; } = CpuArchitecture.X64;

    /// <summary>Highest price accepted, USD per instance-hour; null accepts any.</summary>
    public decimal? MaxHourlyPrice { get; init; }

    /// <summary>
    /// How many times the price of the cheapest pool that fits another may cost, 1 or more: what is dearer had better be waited out. Null
    /// accepts any.
    /// </summary>
    public decimal? MaxTimesCheapest { get; init; }

    /// <summary>
    /// Whether the node may be bought on demand instead (see <see cref="MarketPolicy"/>). Then a spot pool is compared with the cheapest that can
    /// be had on demand for as much use; otherwise with its own type only.
    /// </summary>
    public bool MayBuyOnDemand { get; init; }

    /// <summary>Share of the on-demand price, per useful GPU-GiB-hour, up to which spot is worth its interruptions; above 0.</summary>
    public decimal MaxShareOfOnDemand { get; init; } = OfferPlanner.MaxShareOfOnDemand;

    /// <summary>Ids of the zones that may be used, normally those with a subnet; null allows every zone.</summary>
    public IReadOnlyList<string>? ZoneIds { get; init; }

    /// <summary>Instance types the caller wants an answer for, offered or not, e.g. those a user has named.</summary>
    public IReadOnlyList<string> AnswerFor { get; init; } = [];
}

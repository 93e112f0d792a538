using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>One way of having the model on a node, with what it costs in money, time and choice.</summary>
public sealed record ModelCacheOption
{
    /// <summary>The way.</summary>
    public required ModelCacheKind Kind { get; init; }

    /// <summary>Offers that can be taken with it, best first.</summary>
    public required IReadOnlyList<Offer> Offers { get; init; }

    /// <summary>USD per month while nobody asks.</summary>
    public required decimal UsdPerMonth { get; init; }

    /// <summary>USD per wake, besides the instance.</summary>
    public required decimal UsdPerWake { get; init; }

    /// <summary>How long the model takes to be in the best offer's memory, read once; null when there is no offer.</summary>
    public required TimeSpan? LoadTime { get; init; }

    /// <summary>
    /// The price of pinning: by how much the best offer left is dearer than the best of all, USD per hour; null when no offer is left.
    /// </summary>
    public required decimal? PinningUsdPerHour { get; init; }

    /// <summary>Offers that are lost to it: pools that cannot be fallen back to.</summary>
    public required int OffersLost { get; init; }

    /// <summary>How the figures come about, in words.</summary>
    public required string Basis { get; init; }
}

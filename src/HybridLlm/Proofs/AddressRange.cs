using System.Net;

namespace HybridLlm.Proofs;

/// <summary>A range of addresses and what it is used for.</summary>
/// <param name="Use">What lives there, e.g. <c>Nebula mesh</c>.</param>
/// <param name="Range">The range.</param>
public sealed record AddressRange(string Use, IPNetwork Range)
{
    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(AddressRange other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Range.Contains(other.Range.BaseAddress) || other.Range.Contains(Range.BaseAddress);
    }

    /// <summary>Use and range.</summary>
    public override string ToString() => $"{Use} {Range}";
}

using System.Net;

namespace HybridLlm.Proofs;

/// <summary>
/// That no two networks of the design share an address. A collision here shows at run time only as a route that silently
/// goes the wrong way.
/// </summary>
public sealed record AddressProof
{
    private AddressProof() { }

    /// <summary>Mesh ranges tried in order when none is asked for. The first is what many a guide suggests for Nebula.</summary>
    private static readonly IPNetwork[] s_meshCandidates =
    [
        IPNetwork.Parse("10.42.0.0/16"),
        IPNetwork.Parse("10.201.0.0/16"),
        IPNetwork.Parse("10.177.0.0/16"),
        IPNetwork.Parse("172.29.0.0/16"),
        IPNetwork.Parse("100.80.0.0/16"),
    ];

    /// <summary>The ranges of the design, the mesh first.</summary>
    public required IReadOnlyList<AddressRange> Ranges { get; init; }

    /// <summary>Pairs that share addresses; empty when the proof holds.</summary>
    public required IReadOnlyList<AddressCollision> Collisions { get; init; }

    /// <summary>Mesh ranges that were passed over, with what they collide with.</summary>
    public required IReadOnlyList<AddressCollision> Rejected { get; init; }

    /// <summary>The range of the mesh.</summary>
    public IPNetwork Mesh => Ranges[0].Range;

    /// <summary>Whether all ranges are disjoint.</summary>
    public bool Holds => Collisions.Count == 0;

    /// <summary>Proves or disproves a set of ranges, choosing the mesh range when it is null.</summary>
    /// <param name="mesh">The mesh range asked for, or null.</param>
    /// <param name="others">All other ranges of the design.</param>
    public static AddressProof Of(IPNetwork? mesh, IReadOnlyList<AddressRange> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        List<AddressCollision> rejected = [];
        var chosen = mesh;
        foreach (var candidate in chosen is null ? s_meshCandidates : [])
        {
            AddressRange range = new("Nebula mesh", candidate);
            if (others.FirstOrDefault(range.Overlaps) is not { } occupant)
            {
                chosen = candidate;
                break;
            }

            rejected.Add(new AddressCollision(range, occupant));
        }

        AddressRange[] ranges = [new("Nebula mesh", chosen ?? s_meshCandidates[0]), .. others];
        var collisions =
            from i in Enumerable.Range(0, ranges.Length)
            from j in Enumerable.Range(i + 1, ranges.Length - i - 1)
            where ranges[i].Overlaps(ranges[j])
            select new AddressCollision(ranges[i], ranges[j]);
        return new AddressProof
        {
            Ranges = ranges,
            Collisions = [.. collisions],
            Rejected = rejected,
        };
    }
}

/// <summary>Two ranges that share addresses.</summary>
/// <param name="First">One of them.</param>
/// <param name="Second">The other.</param>
public sealed record AddressCollision(AddressRange First, AddressRange Second)
{
    /// <summary>Which collides with which.</summary>
    public override string ToString() => $"{First} collides with {Second}";
}

namespace HybridLlm.Nebula.Networks;

/// <summary>
/// A role's share of the mesh range, as offsets from its first address. Fixed sixteenths, so that an address tells the
/// role, and growing one role never moves another.
/// </summary>
internal readonly record struct MeshShare(long First, long End)
{
    public static MeshShare Of(MeshRole role, NebulaPrefix range)
    {
        var size = 1L << (32 - range.Length);
        var (from, to) = role switch
        {
            MeshRole.Lighthouse => (0, 1),
            MeshRole.Controller => (1, 2),
            MeshRole.Probe => (2, 3),
            MeshRole.Host => (3, 8),
            MeshRole.GpuNode => (8, 16),
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
        };

        // The first address names the network and the last is its broadcast.
        return new MeshShare(Math.Max(1, from * size / 16), Math.Min(size - 1, to * size / 16));
    }

    /// <summary>The share's offsets, without those that end in .0 or .255: legal here, but other software takes them for special.</summary>
    public IEnumerable<long> Offsets()
    {
        for (var offset = First; offset < End; offset++)
        {
            if ((offset & 0xFF) is not (0 or 0xFF))
            {
                yield return offset;
            }
        }
    }
}

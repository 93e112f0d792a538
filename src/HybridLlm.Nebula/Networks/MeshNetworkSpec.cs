namespace HybridLlm.Nebula.Networks;

/// <summary>The addresses of a mesh: its ranges, its members, and what lies around it.</summary>
public sealed record MeshNetworkSpec
{
    /// <summary>
    /// IPv4 range of the mesh, /8 to /24, e.g. <c>10.201.0.0/16</c>. Roles have fixed shares of it, in sixteenths: lighthouses the
    /// first, controllers the second, probes the third, hosts the next five, GPU nodes the upper eight.
    /// </summary>
    public required NebulaPrefix Range { get; init; }

    /// <summary>
    /// IPv6 range of the mesh, at least as many addresses as <see cref="Range"/>; each member's address has the same offset in both.
    /// Null for an IPv4 mesh.
    /// </summary>
    public NebulaPrefix? RangeV6 { get; init; }

    /// <summary>Who is in the mesh. Earlier members are served first.</summary>
    public required IReadOnlyList<MeshMember> Members { get; init; }

    /// <summary>Parts of <see cref="Range"/> that are given to nobody.</summary>
    public IReadOnlyList<NebulaPrefix> Reserved { get; init; } = [];

    /// <summary>IPv4 range of pods that are reached through nodes, cut into one slice a node; null for none.</summary>
    public NebulaPrefix? PodRange { get; init; }

    /// <summary>Prefix length of one node's slice of <see cref="PodRange"/>; longer than the range's, at most 28.</summary>
    public int PodPrefixLength { get; init; } = 24;

    /// <summary>Ranges in use around the mesh (LAN, VPC, pods, services), which it must not overlap.</summary>
    public IReadOnlyList<NamedRange> Elsewhere { get; init; } = [];
}

/// <summary>A range and who uses it.</summary>
/// <param name="Name">For people, e.g. <c>k3s pods</c>.</param>
/// <param name="Range">The range.</param>
public sealed record NamedRange(string Name, NebulaPrefix Range);

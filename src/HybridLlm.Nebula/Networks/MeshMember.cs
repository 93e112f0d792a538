using System.Net;

namespace HybridLlm.Nebula.Networks;

/// <summary>One machine or process that wants a place in the mesh.</summary>
public sealed record MeshMember
{
    /// <summary>Name in its certificate, unique in the mesh. Give each incarnation of a rented node a name of its own.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required MeshRole Role { get; init; }

    /// <summary>Groups beyond its role's, e.g. <see cref="MeshGroups.Gateway"/> for the host the gateway runs on.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>An IPv4 address of the mesh it must have; null to be given one of its role's share.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Ranges behind it that others reach through it, e.g. a home LAN.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; } = [];

    /// <summary>Whether it also gets a slice of <see cref="MeshNetworkSpec.PodRange"/> to route for.</summary>
    public bool RoutesPods { get; init; }
}

using System.Net;
using HybridLlm.Nebula.Rotation;

namespace HybridLlm.Nebula.Mesh;

/// <summary>How a lighthouse or host was found.</summary>
public sealed record NodeHealth
{
    /// <summary>Its address in the mesh.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Where it answered outside the mesh; null when it did not.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>Round trip of a ping; null when none was answered.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The future of its certificate; null when it was not seen.</summary>
    public ExpiryOutlook? Certificate { get; init; }

    /// <summary>Hosts only: what each lighthouse says, by the lighthouse's address; null for no answer.</summary>
    public IReadOnlyDictionary<IPAddress, IReadOnlyList<IPEndPoint>?> Answers { get; init; } =
        new Dictionary<IPAddress, IReadOnlyList<IPEndPoint>?>();

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public IReadOnlyList<NebulaFault> Faults { get; init; } = [];

    /// <summary>Whether it was reached and nothing is wrong.</summary>
    public bool IsHealthy => RoundTrip is not null && Faults.Count == 0;
}

/// <summary>The state of a mesh as a member sees it.</summary>
/// <param name="CheckedAt">When it was looked at.</param>
/// <param name="Lighthouses">One a lighthouse.</param>
/// <param name="Hosts">One a host.</param>
public sealed record HealthReport(
    DateTimeOffset CheckedAt,
    IReadOnlyList<NodeHealth> Lighthouses,
    IReadOnlyList<NodeHealth> Hosts
)
{
    /// <summary>Whether every lighthouse and host is healthy.</summary>
    public bool IsHealthy => Lighthouses.Concat(Hosts).All(n => n.IsHealthy);
}

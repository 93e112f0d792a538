using System.Net;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Rotation;

namespace HybridLlm.Nebula.Mesh;

/// <summary>What to look at.</summary>
public sealed record HealthSpec
{
    /// <summary>The lighthouses: mesh addresses, and where they listen.</summary>
    public required IReadOnlyList<StaticHost> Lighthouses { get; init; }

    /// <summary>Mesh addresses of the hosts to find and reach; empty for the lighthouses only.</summary>
    public IReadOnlyList<IPAddress> Hosts { get; init; } = [];

    /// <summary>When certificates are due for renewal.</summary>
    public RenewalPolicy Renewal { get; init; } = new();

    /// <summary>How far to look ahead for ends of certificates.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(7);
}

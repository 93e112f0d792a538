using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>
/// Decides what a host gets. Its key and its token have been checked; who it is comes as claims that somebody else has
/// verified, e.g. from a cloud's identity document.
/// </summary>
/// <param name="request">What the host asks for.</param>
/// <param name="claims">What is known about the host, by name; empty when nothing is.</param>
/// <param name="cancellationToken">Gives up deciding.</param>
/// <returns>What it gets; null to refuse.</returns>
public delegate ValueTask<EnrolmentGrant?> EnrolmentPolicy(
    EnrolmentRequest request,
    IReadOnlyDictionary<string, string> claims,
    CancellationToken cancellationToken
);

/// <summary>What a host gets.</summary>
public sealed record EnrolmentGrant
{
    /// <summary>Name in its certificate.</summary>
    public required string Name { get; init; }

    /// <summary>Its addresses with the mesh's prefix length.</summary>
    public required IReadOnlyList<NebulaPrefix> Networks { get; init; }

    /// <summary>Ranges it routes for.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; } = [];

    /// <summary>Its groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The latest its certificate may end, e.g. when the machine is given back; cut at the authority's end.</summary>
    public required DateTimeOffset LeaseEnd { get; init; }
}

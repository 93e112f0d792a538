using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Networks;

/// <summary>Who gets which addresses. Same spec, ledger and time: same plan.</summary>
/// <param name="Spec">The spec this plan answers.</param>
/// <param name="Assignments">One a member, in the spec's order.</param>
public sealed record MeshNetworkPlan(MeshNetworkSpec Spec, IReadOnlyList<MeshAssignment> Assignments)
{
    /// <summary>The assignment of a member.</summary>
    /// <exception cref="KeyNotFoundException">The spec has no member of that name.</exception>
    public MeshAssignment this[string name] =>
        Assignments.FirstOrDefault(a => a.Member.Name == name)
        ?? throw new KeyNotFoundException($"The mesh has no member '{name}'.");
}

/// <summary>A member's place in the mesh: what its certificate will say.</summary>
public sealed record MeshAssignment
{
    /// <summary>The member.</summary>
    public required MeshMember Member { get; init; }

    /// <summary>Its address with the mesh's prefix length, IPv4 and then IPv6 where the mesh has it.</summary>
    public required IReadOnlyList<NebulaPrefix> Networks { get; init; }

    /// <summary>Ranges it routes for: its own and its slice of pods.</summary>
    public required IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; }

    /// <summary>Its slice of the pod range; null when it routes none.</summary>
    public NebulaPrefix? Pods { get; init; }

    /// <summary>Its role's group, then its own.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>The certificate to ask the authority for.</summary>
    /// <param name="key">The member's public key.</param>
    /// <param name="notBefore">First instant of validity.</param>
    /// <param name="notAfter">Last instant of validity; null for as long as the authority.</param>
    public HostCertificateRequest CertificateRequest(
        HostPublicKey key,
        DateTimeOffset notBefore,
        DateTimeOffset? notAfter = null
    ) =>
        new()
        {
            Name = Member.Name,
            PublicKey = key,
            Networks = Networks,
            UnsafeNetworks = UnsafeNetworks,
            Groups = Groups,
            NotBefore = notBefore,
            NotAfter = notAfter,
        };
}

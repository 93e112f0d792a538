using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Mesh;

/// <summary>
/// Who a probe is. It needs a certificate of its own, in the group <see cref="MeshGroups.Probe"/> and with an address no host
/// owns: a handshake with somebody's address takes over that host's tunnel.
/// </summary>
public sealed class ProbeIdentity
{
    /// <summary>Joins certificate, key and trust.</summary>
    /// <param name="certificate">The probe's certificate.</param>
    /// <param name="key">Its key.</param>
    /// <param name="authorities">Authorities whose hosts it believes.</param>
    /// <param name="cipher">Cipher of the mesh.</param>
    /// <exception cref="NebulaValidationException">The certificate is not a probe's, or the key is another's.</exception>
    public ProbeIdentity(
        NebulaCertificate certificate,
        HostKeyPair key,
        CaPool authorities,
        NebulaCipher cipher = NebulaCipher.Aes
    )
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(authorities);
        NebulaValidationException.ThrowIfAny("The probe's identity", [.. Faults(certificate, key)]);
        Certificate = certificate;
        Key = key;
        Authorities = authorities;
        Cipher = cipher;
    }

    /// <summary>The probe's certificate.</summary>
    public NebulaCertificate Certificate { get; }

    /// <summary>Authorities whose hosts it believes.</summary>
    public CaPool Authorities { get; }

    /// <summary>Cipher of the mesh.</summary>
    public NebulaCipher Cipher { get; }

    internal HostKeyPair Key { get; }

    private static IEnumerable<NebulaFault> Faults(NebulaCertificate certificate, HostKeyPair key)
    {
        if (!certificate.Groups.Contains(MeshGroups.Probe))
        {
            yield return new(
                "probe-group",
                $"The certificate '{certificate.Name}' is not in the group '{MeshGroups.Probe}': it may belong to a host, whose tunnels a probe would take over.",
                "Issue the probe a certificate of its own, with that group and an address of its own."
            );
        }

        if (!certificate.IsFor(key.PublicKey))
        {
            yield return new(
                "probe-key",
                $"The key does not belong to the certificate '{certificate.Name}'.",
                "Give the key the certificate was issued for."
            );
        }
    }
}

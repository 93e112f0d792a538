namespace HybridLlm.Nebula.Keys;

/// <summary>Curve family of a mesh. A certificate authority and everything it signs share one.</summary>
public enum NebulaCurve
{
    /// <summary>X25519 for hosts, Ed25519 for certificate authorities. Nebula's default.</summary>
    Curve25519 = 0,

    /// <summary>NIST P-256: ECDH for hosts, ECDSA for certificate authorities. Needs Nebula 1.7 on every node.</summary>
    P256 = 1,
}

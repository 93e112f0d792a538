namespace HybridLlm.Nebula.Keys;

/// <summary>
/// PEM labels of keys (nebula <c>cert/pem.go</c>). Keys that agree (hosts) and keys that sign (authorities) are different
/// kinds and have different labels; nebula takes neither for the other.
/// </summary>
internal sealed record KeyBanner(string Label, NebulaCurve Curve, int Length)
{
    public static readonly KeyBanner[] HostPrivate =
    [
        new("NEBULA X25519 PRIVATE KEY", NebulaCurve.Curve25519, 32),
        new("NEBULA P256 PRIVATE KEY", NebulaCurve.P256, 32),
    ];

    public static readonly KeyBanner[] HostPublic =
    [
        new("NEBULA X25519 PUBLIC KEY", NebulaCurve.Curve25519, 32),
        new("NEBULA P256 PUBLIC KEY", NebulaCurve.P256, 65),
    ];

    public static readonly KeyBanner[] CaPrivate =
    [
        new("NEBULA ED25519 PRIVATE KEY", NebulaCurve.Curve25519, 64),
        new("NEBULA ECDSA P256 PRIVATE KEY", NebulaCurve.P256, 32),
    ];

    public static readonly KeyBanner[] CaPublic =
    [
        new("NEBULA ED25519 PUBLIC KEY", NebulaCurve.Curve25519, 32),
        new("NEBULA ECDSA P256 PUBLIC KEY", NebulaCurve.P256, 65),
    ];

    /// <summary>Length 0: the content is a message of its own, see <see cref="EncryptedCaKey"/>.</summary>
    public static readonly KeyBanner[] CaEncrypted =
    [
        new("NEBULA ED25519 ENCRYPTED PRIVATE KEY", NebulaCurve.Curve25519, 0),
        new("NEBULA ECDSA P256 ENCRYPTED PRIVATE KEY", NebulaCurve.P256, 0),
    ];

    public static KeyBanner Of(KeyBanner[] kind, NebulaCurve curve) =>
        kind.FirstOrDefault(b => b.Curve == curve) ?? throw new ArgumentOutOfRangeException(nameof(curve), curve, null);
}

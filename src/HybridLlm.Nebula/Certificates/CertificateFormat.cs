using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// One wire format. <c>details</c> is the encoded part that holds name, networks, groups and times; v2 keeps it as received,
/// because its signature covers those very bytes.
/// </summary>
internal abstract class CertificateFormat
{
    private static readonly CertificateV1Format s_v1 = new();
    private static readonly CertificateV2Format s_v2 = new();

    public abstract CertificateVersion Version { get; }

    public abstract string PemLabel { get; }

    public static CertificateFormat Of(CertificateVersion version) =>
        version switch
        {
            CertificateVersion.V1 => s_v1,
            CertificateVersion.V2 => s_v2,
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, null),
        };

    public static CertificateFormat? OfLabel(string pemLabel) =>
        pemLabel == s_v1.PemLabel ? s_v1
        : pemLabel == s_v2.PemLabel ? s_v2
        : null;

    public abstract byte[] EncodeDetails(ToBeSignedCertificate body);

    public abstract byte[] SignedBytes(byte[] details, ToBeSignedCertificate body);

    public abstract byte[] Encode(byte[] details, ToBeSignedCertificate body, byte[] signature);

    /// <summary>Without the public key (and in v2 the curve), which the Noise handshake carries itself.</summary>
    public abstract byte[] EncodeForHandshake(byte[] details, ToBeSignedCertificate body, byte[] signature);

    /// <summary>Lower-case hex SHA-256; each format hashes something else.</summary>
    public abstract string Fingerprint(byte[] details, ToBeSignedCertificate body, byte[] signature);

    public NebulaCertificate Decode(ReadOnlySpan<byte> encoded) => Decode(encoded, null);

    /// <summary>Reads the handshake form; the key comes from the Noise handshake.</summary>
    public NebulaCertificate DecodeFromHandshake(ReadOnlySpan<byte> encoded, HostPublicKey key) => Decode(encoded, key);

    protected abstract NebulaCertificate Decode(ReadOnlySpan<byte> encoded, HostPublicKey? handshakeKey);

    protected static NebulaFormatException Malformed(string what, Exception? cause = null) =>
        new(
            "certificate-malformed",
            $"The bytes are no certificate: {what}.",
            "Take the certificate file as nebula-cert or this library wrote it.",
            cause
        );

    protected static NebulaFormatException UnexpectedKey() =>
        new(
            "certificate-key-in-handshake",
            "A certificate in a handshake carries a public key of its own.",
            "The peer does not speak Nebula's protocol; do not trust it."
        );

    protected static DateTimeOffset Time(long unixSeconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw Malformed($"its validity ({unixSeconds} s) lies outside the years 1 to 9999", e);
        }
    }

    protected static NebulaCurve Curve(long value) =>
        value is 0 or 1 ? (NebulaCurve)value : throw Malformed($"curve {value} is unknown");
}

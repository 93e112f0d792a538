using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// v2: DER (nebula <c>cert/cert_v2.asn1</c>; the code writes details as a constructed element where that file says OCTET STRING).
/// The details are kept as received: unknown fields inside them are covered by the signature and accepted.
/// </summary>
internal sealed class CertificateV2Format : CertificateFormat
{
    public const int MaxSize = 65536;
    public const int MaxNameLength = 253;

    /// <summary>What of <see cref="MaxSize"/> is left for the details, whatever key and signature are.</summary>
    public const int MaxDetailsSize = MaxSize - 160;

    public override CertificateVersion Version => CertificateVersion.V2;

    public override string PemLabel => "NEBULA CERTIFICATE V2";

    public override byte[] EncodeDetails(ToBeSignedCertificate body)
    {
        var details = new DerWriter().Element(Tag.Name, GoText.ToUtf8(body.Name));
        List(details, Tag.Networks, Tag.OctetString, body.Networks.Select(Bytes));
        List(details, Tag.UnsafeNetworks, Tag.OctetString, body.UnsafeNetworks.Select(Bytes));
        List(details, Tag.Groups, Tag.Utf8String, body.Groups.Select(GoText.ToUtf8));
        if (body.IsCa)
        {
            details.Element(Tag.IsCa, [0xFF]);
        }

        details.Int64(Tag.NotBefore, body.NotBefore.ToUnixTimeSeconds());
        details.Int64(Tag.NotAfter, body.NotAfter.ToUnixTimeSeconds());
        if (body.Issuer.Length > 0)
        {
            details.Element(Tag.Issuer, Convert.FromHexString(body.Issuer));
        }

        return new DerWriter().Element(Tag.Details, details).ToArray();
    }

    public override byte[] SignedBytes(byte[] details, ToBeSignedCertificate body) =>
        [.. details, (byte)body.Curve, .. body.PublicKey.Span];

    public override byte[] Encode(byte[] details, ToBeSignedCertificate body, byte[] signature)
    {
        var certificate = new DerWriter().Raw(details);
        if (body.Curve != NebulaCurve.Curve25519)
        {
            certificate.Element(Tag.Curve, [(byte)body.Curve]);
        }

        certificate.Element(Tag.PublicKey, body.PublicKey.Span).Element(Tag.Signature, signature);
        return new DerWriter().Element(Tag.Sequence, certificate).ToArray();
    }

    public override byte[] EncodeForHandshake(byte[] details, ToBeSignedCertificate body, byte[] signature) =>
        new DerWriter().Element(Tag.Sequence, new DerWriter().Raw(details).Element(Tag.Signature, signature)).ToArray();

    public override string Fingerprint(byte[] details, ToBeSignedCertificate body, byte[] signature) =>
        Convert.ToHexStringLower(SHA256.HashData([.. SignedBytes(details, body), .. signature]));

    protected override NebulaCertificate Decode(ReadOnlySpan<byte> encoded, HostPublicKey? handshakeKey)
    {
        if (encoded.IsEmpty || encoded.Length > MaxSize)
        {
            throw Malformed($"it has {encoded.Length} bytes, not 1..{MaxSize}");
        }

        // What follows the outer sequence, or the signature inside it, nebula does not look at.
        var outer = new DerReader(encoded);
        if (!outer.TryRead(Tag.Sequence, out var content))
        {
            throw Malformed("it is no sequence");
        }

        var reader = new DerReader(content);
        Need(reader.TryReadElement(Tag.Details, out var details), "details");
        Need(reader.TryReadOptional(Tag.Curve, out var curve, out var hasCurve), "curve");
        Need(!hasCurve || curve.Length == 1, "curve");
        if (handshakeKey is not null && reader.NextIs(Tag.PublicKey))
        {
            throw UnexpectedKey();
        }

        Need(reader.TryReadOptional(Tag.PublicKey, out var publicKey, out _), "public key");
        Need(reader.TryRead(Tag.Signature, out var signature) && !signature.IsEmpty, "signature");

        var body = ReadDetails(details) with
        {
            Curve = hasCurve ? Curve(curve[0]) : handshakeKey?.Curve ?? NebulaCurve.Curve25519,
            PublicKey = handshakeKey?.Bytes ?? publicKey.ToArray(),
        };
        CertificateRules.ThrowIfUnreadable(body);
        return new NebulaCertificate(body, details.ToArray(), signature.ToArray());
    }

    private static ToBeSignedCertificate ReadDetails(ReadOnlySpan<byte> element)
    {
        var outer = new DerReader(element);
        Need(outer.TryRead(Tag.Details, out var content), "details");
        var reader = new DerReader(content);
        Need(reader.TryRead(Tag.Name, out var name) && name.Length is > 0 and <= MaxNameLength, "name of 1..253 bytes");
        Need(reader.TryReadOptional(Tag.Networks, out var networks, out _), "networks");
        Need(reader.TryReadOptional(Tag.UnsafeNetworks, out var unsafeNetworks, out _), "unsafe networks");
        Need(reader.TryReadOptional(Tag.Groups, out var groups, out _), "groups");
        Need(reader.TryReadOptional(Tag.IsCa, out var isCa, out var hasIsCa), "isCA");
        Need(!hasIsCa || isCa.Length == 1, "isCA");
        Need(reader.TryReadInt64(Tag.NotBefore, out var notBefore), "notBefore");
        Need(reader.TryReadInt64(Tag.NotAfter, out var notAfter), "notAfter");
        Need(reader.TryReadOptional(Tag.Issuer, out var issuer, out _), "issuer");

        return new ToBeSignedCertificate
        {
            Version = CertificateVersion.V2,
            Name = GoText.FromUtf8(name),
            Networks = ReadNetworks(networks),
            UnsafeNetworks = ReadNetworks(unsafeNetworks),
            Groups = ReadGroups(groups),
            IsCa = hasIsCa && isCa[0] != 0,
            NotBefore = Time(notBefore),
            NotAfter = Time(notAfter),
            Curve = default,
            PublicKey = default,
            Issuer = Convert.ToHexStringLower(issuer),
        };
    }

    private static NebulaPrefix[] ReadNetworks(ReadOnlySpan<byte> list)
    {
        List<NebulaPrefix> networks = [];
        for (var reader = new DerReader(list); !reader.IsEmpty; )
        {
            Need(reader.TryRead(Tag.OctetString, out var bytes) && bytes.Length is 5 or 17, "network");
            var isIPv6 = bytes.Length == 17;
            Need(bytes[^1] <= (isIPv6 ? 128 : 32), "network's length");
            networks.Add(
                new NebulaPrefix(
                    isIPv6 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
                    isIPv6,
                    bytes[^1]
                )
            );
        }

        // Nebula sorts after reading; the signature is checked over the unsorted bytes.
        networks.Sort();
        return [.. networks];
    }

    private static string[] ReadGroups(ReadOnlySpan<byte> list)
    {
        List<string> groups = [];
        for (var reader = new DerReader(list); !reader.IsEmpty; )
        {
            Need(reader.TryRead(Tag.Utf8String, out var group) && !group.IsEmpty, "group");
            groups.Add(GoText.FromUtf8(group));
        }

        return [.. groups];
    }

    private static byte[] Bytes(NebulaPrefix network) => [.. network.Address.GetAddressBytes(), (byte)network.Length];

    private static void List(DerWriter details, byte tag, byte itemTag, IEnumerable<byte[]> items)
    {
        var list = new DerWriter();
        foreach (var item in items)
        {
            list.Element(itemTag, item);
        }

        var content = list.ToArray();
        if (content.Length > 0)
        {
            details.Element(tag, content);
        }
    }

    private static void Need(bool found, string part)
    {
        if (!found)
        {
            throw Malformed($"no valid {part}");
        }
    }

    private static class Tag
    {
        public const byte OctetString = 0x04;
        public const byte Utf8String = 0x0C;
        public const byte Sequence = 0x30;

        public const byte Details = 0xA0;
        public const byte Curve = 0x81;
        public const byte PublicKey = 0x82;
        public const byte Signature = 0x83;

        public const byte Name = 0x80;
        public const byte Networks = 0xA1;
        public const byte UnsafeNetworks = 0xA2;
        public const byte Groups = 0xA3;
        public const byte IsCa = 0x84;
        public const byte NotBefore = 0x85;
        public const byte NotAfter = 0x86;
        public const byte Issuer = 0x87;
    }
}

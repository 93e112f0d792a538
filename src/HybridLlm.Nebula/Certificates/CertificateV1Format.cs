using System.Numerics;
using System.Security.Cryptography;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// v1: protobuf (nebula <c>cert/cert_v1.proto</c>). Signature and fingerprint are over the canonical form, so a reader
/// never keeps the bytes it was given: unknown fields and odd encodings vanish.
/// </summary>
internal sealed class CertificateV1Format : CertificateFormat
{
    public override CertificateVersion Version => CertificateVersion.V1;

    public override string PemLabel => "NEBULA CERTIFICATE";

    public override byte[] EncodeDetails(ToBeSignedCertificate body) => Details(body).ToArray();

    public override byte[] SignedBytes(byte[] details, ToBeSignedCertificate body) => details;

    public override byte[] Encode(byte[] details, ToBeSignedCertificate body, byte[] signature) =>
        Certificate(body, signature);

    public override byte[] EncodeForHandshake(byte[] details, ToBeSignedCertificate body, byte[] signature) =>
        Certificate(body with { PublicKey = default }, signature);

    public override string Fingerprint(byte[] details, ToBeSignedCertificate body, byte[] signature) =>
        Convert.ToHexStringLower(SHA256.HashData(Certificate(body, signature)));

    protected override NebulaCertificate Decode(ReadOnlySpan<byte> encoded, HostPublicKey? handshakeKey)
    {
        try
        {
            return Read(encoded, handshakeKey);
        }
        catch (FormatException e)
        {
            throw Malformed(e.Message.TrimEnd('.'), e);
        }
    }

    private static byte[] Certificate(ToBeSignedCertificate body, byte[] signature) =>
        new ProtobufWriter().Message(Field.Details, Details(body)).Bytes(Field.Signature, signature).ToArray();

    private static ProtobufWriter Details(ToBeSignedCertificate body)
    {
        var details = new ProtobufWriter()
            .Text(Field.Name, body.Name)
            .Packed(Field.Ips, Numbers(body.Networks))
            .Packed(Field.Subnets, Numbers(body.UnsafeNetworks));
        foreach (var group in body.Groups)
        {
            details.Item(Field.Groups, group);
        }

        return details
            .Varint(Field.NotBefore, (ulong)body.NotBefore.ToUnixTimeSeconds())
            .Varint(Field.NotAfter, (ulong)body.NotAfter.ToUnixTimeSeconds())
            .Bytes(Field.PublicKey, body.PublicKey.Span)
            .Varint(Field.IsCa, body.IsCa ? 1u : 0u)
            .Bytes(Field.Issuer, Convert.FromHexString(body.Issuer))
            .Varint(Field.Curve, (ulong)body.Curve);
    }

    private static NebulaCertificate Read(ReadOnlySpan<byte> encoded, HostPublicKey? handshakeKey)
    {
        DetailsReader? details = null;
        byte[] signature = [];
        for (var reader = new ProtobufReader(encoded); reader.Next(); )
        {
            switch (reader.Field)
            {
                case (Field.Details, ProtobufWire.Bytes):
                    // A message that comes twice is merged, says protobuf.
                    details ??= new DetailsReader();
                    details.Read(reader.Bytes);
                    break;
                case (Field.Signature, ProtobufWire.Bytes):
                    signature = reader.Bytes.ToArray();
                    break;
            }
        }

        if (details is null)
        {
            throw Malformed("it has no details");
        }

        var body = details.ToBody(handshakeKey);
        CertificateRules.ThrowIfUnreadable(body);
        return new NebulaCertificate(body, Details(body).ToArray(), signature);
    }

    private static IEnumerable<uint> Numbers(IReadOnlyList<NebulaPrefix> networks) =>
        networks.SelectMany(n => new[] { (uint)n.AddressBits, (uint)n.Mask });

    /// <summary>Gathers the fields of the details message.</summary>
    private sealed class DetailsReader
    {
        private readonly List<uint> _ips = [];
        private readonly List<uint> _subnets = [];
        private readonly List<string> _groups = [];
        private string _name = "";
        private long _notBefore;
        private long _notAfter;
        private byte[] _publicKey = [];
        private bool _isCa;
        private byte[] _issuer = [];
        private int _curve;

        public void Read(ReadOnlySpan<byte> details)
        {
            for (var reader = new ProtobufReader(details); reader.Next(); )
            {
                switch (reader.Field)
                {
                    case (Field.Name, ProtobufWire.Bytes):
                        _name = GoText.FromValidUtf8(reader.Bytes);
                        break;
                    case (Field.Ips, ProtobufWire.Bytes or ProtobufWire.Varint):
                        reader.AddVarints(_ips);
                        break;
                    case (Field.Subnets, ProtobufWire.Bytes or ProtobufWire.Varint):
                        reader.AddVarints(_subnets);
                        break;
                    case (Field.Groups, ProtobufWire.Bytes):
                        _groups.Add(GoText.FromValidUtf8(reader.Bytes));
                        break;
                    case (Field.NotBefore, ProtobufWire.Varint):
                        _notBefore = (long)reader.Varint;
                        break;
                    case (Field.NotAfter, ProtobufWire.Varint):
                        _notAfter = (long)reader.Varint;
                        break;
                    case (Field.PublicKey, ProtobufWire.Bytes):
                        _publicKey = reader.Bytes.ToArray();
                        break;
                    case (Field.IsCa, ProtobufWire.Varint):
                        _isCa = reader.Varint != 0;
                        break;
                    case (Field.Issuer, ProtobufWire.Bytes):
                        _issuer = reader.Bytes.ToArray();
                        break;
                    case (Field.Curve, ProtobufWire.Varint):
                        _curve = (int)reader.Varint;
                        break;
                }
            }
        }

        public ToBeSignedCertificate ToBody(HostPublicKey? handshakeKey)
        {
            if (handshakeKey is not null && _publicKey.Length > 0)
            {
                throw UnexpectedKey();
            }

            return new ToBeSignedCertificate
            {
                Version = CertificateVersion.V1,
                Name = _name,
                Networks = Prefixes(_ips),
                UnsafeNetworks = Prefixes(_subnets),
                Groups = _groups,
                IsCa = _isCa,
                NotBefore = Time(_notBefore),
                NotAfter = Time(_notAfter),
                Curve = Curve(_curve),
                PublicKey = handshakeKey?.Bytes ?? _publicKey,
                Issuer = Convert.ToHexStringLower(_issuer),
            };
        }

        private static NebulaPrefix[] Prefixes(List<uint> numbers) =>
            numbers.Count % 2 == 0
                ? [.. numbers.Chunk(2).Select(pair => new NebulaPrefix(pair[0], isIPv6: false, MaskLength(pair[1])))]
                : throw Malformed("its addresses and masks do not come in pairs");

        // A mask with holes reads as /0 in Go; the signature then no longer matches.
        private static int MaskLength(uint mask)
        {
            var ones = BitOperations.LeadingZeroCount(~mask);
            return BitOperations.PopCount(mask) == ones ? ones : 0;
        }
    }

    private static class Field
    {
        public const int Details = 1;
        public const int Signature = 2;

        public const int Name = 1;
        public const int Ips = 2;
        public const int Subnets = 3;
        public const int Groups = 4;
        public const int NotBefore = 5;
        public const int NotAfter = 6;
        public const int PublicKey = 7;
        public const int IsCa = 8;
        public const int Issuer = 9;
        public const int Curve = 100;
    }
}

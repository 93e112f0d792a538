using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Mesh.Wire;

/// <summary>What both sides tell each other in a handshake (nebula's <c>NebulaHandshake</c> message).</summary>
internal sealed record HandshakePayload
{
    /// <summary>Certificate in its handshake form.</summary>
    public required byte[] Certificate { get; init; }

    /// <summary>Version of the certificate; nodes before 1.10 say nothing and mean v1.</summary>
    public required CertificateVersion Version { get; init; }

    public uint InitiatorIndex { get; init; }

    public uint ResponderIndex { get; init; }

    /// <summary>Nanoseconds since 1970. A responder refuses a handshake that is not newer than the tunnel it holds.</summary>
    public ulong Time { get; init; }

    public byte[] ToBytes() =>
        new ProtobufWriter()
            .Message(
                1,
                new ProtobufWriter()
                    .Bytes(1, Certificate)
                    .Varint(2, InitiatorIndex)
                    .Varint(3, ResponderIndex)
                    .Varint(5, Time)
                    .Varint(8, (ulong)Version)
            )
            .ToArray();

    /// <exception cref="FormatException">The bytes are no payload.</exception>
    public static HandshakePayload Parse(ReadOnlySpan<byte> bytes)
    {
        HandshakePayload payload = new() { Certificate = [], Version = CertificateVersion.V1 };
        for (var outer = new ProtobufReader(bytes); outer.Next(); )
        {
            if (outer.Field != (1, ProtobufWire.Bytes))
            {
                continue;
            }

            for (var reader = new ProtobufReader(outer.Bytes); reader.Next(); )
            {
                payload = reader.Field switch
                {
                    (1, ProtobufWire.Bytes) => payload with { Certificate = reader.Bytes.ToArray() },
                    (2, ProtobufWire.Varint) => payload with { InitiatorIndex = (uint)reader.Varint },
                    (3, ProtobufWire.Varint) => payload with { ResponderIndex = (uint)reader.Varint },
                    (5, ProtobufWire.Varint) => payload with { Time = reader.Varint },
                    (8, ProtobufWire.Varint) when reader.Varint == 2 => payload with
                    {
                        Version = CertificateVersion.V2,
                    },
                    _ => payload,
                };
            }
        }

        return payload;
    }

    /// <summary>The sender's certificate, its key put back in.</summary>
    /// <exception cref="NebulaFormatException">The bytes break nebula's rules.</exception>
    public NebulaCertificate ReadCertificate(HostPublicKey key) =>
        CertificateFormat.Of(Version).DecodeFromHandshake(Certificate, key);
}

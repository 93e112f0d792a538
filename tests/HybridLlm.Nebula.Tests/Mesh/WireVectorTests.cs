using System.Net;
using System.Text.Json;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Mesh;
using HybridLlm.Nebula.Mesh.Noise;
using HybridLlm.Nebula.Mesh.Wire;

namespace HybridLlm.Nebula.Tests.Mesh;

/// <summary>Handshakes recorded with a real nebula, byte for byte.</summary>
public sealed class WireVectorTests
{
    public static TheoryData<string> Handshakes() =>
        ["ix-25519-aes-v1", "ix-25519-chachapoly-v2", "ix-P256-aes-v2", "ix-P256-chachapoly-v1"];

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void The_first_packet_is_the_recorded_one(string name)
    {
        Recording recording = new(name);

        byte[] packet =
        [
            .. new PacketHeader(PacketType.Handshake, 0, 0, 1).ToBytes(),
            .. recording.Initiator().WriteFirst(recording.Bytes("initiatorPayload")),
        ];

        packet.ShouldBe(recording.Bytes("stage1"));
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void The_second_packet_gives_the_recorded_keys(string name)
    {
        Recording recording = new(name);

        var answer = recording.Answer();

        answer.Payload.ShouldBe(recording.Bytes("responderPayload"));
        answer.Peer.Bytes.ToArray().ShouldBe(recording.Bytes("responderStaticPublic"));
        answer.HandshakeHash.ShouldBe(recording.Bytes("handshakeHash"));
        answer.ToResponder.ShouldBe(recording.Bytes("keyInitiatorToResponder"));
        answer.ToInitiator.ShouldBe(recording.Bytes("keyResponderToInitiator"));
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void The_payloads_read_and_write_and_carry_the_certificates(string name)
    {
        Recording recording = new(name);
        var initiator = HandshakePayload.Parse(recording.Bytes("initiatorPayload"));
        var responder = HandshakePayload.Parse(recording.Answer().Payload);
        PacketHeader.TryRead(recording.Bytes("stage2"), out var header).ShouldBeTrue();

        initiator.ToBytes().ShouldBe(recording.Bytes("initiatorPayload"));
        responder.ToBytes().ShouldBe(recording.Bytes("responderPayload"));
        header.ShouldBe(new PacketHeader(PacketType.Handshake, 0, initiator.InitiatorIndex, 2));
        responder.InitiatorIndex.ShouldBe(initiator.InitiatorIndex);
        recording.Certificate("initiator").EncodeForHandshake().ShouldBe(initiator.Certificate);
        responder.ReadCertificate(recording.Answer().Peer).ShouldBe(recording.Certificate("responder"));
        recording
            .Authorities.Verify(responder.ReadCertificate(recording.Answer().Peer), Vector.Now)
            .IsValid.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void Every_data_packet_encrypts_and_decrypts_as_recorded(string name)
    {
        Recording recording = new(name);
        var answer = recording.Answer();

        foreach (var message in recording.Json.GetProperty("messages").EnumerateArray())
        {
            var packet = Convert.FromHexString(message.GetProperty("packet").GetString()!);
            var plain = Convert.FromHexString(message.GetProperty("plaintext").GetString()!);
            PacketHeader.TryRead(packet, out var header).ShouldBeTrue();
            var ours = message.GetProperty("dir").GetString() == "initiator->responder";
            using var cipher = ours ? answer.Sending() : answer.Receiving();

            ((int)header.Type).ShouldBe(message.GetProperty("type").GetInt32());
            header.Counter.ShouldBe(message.GetProperty("counter").GetUInt64());
            cipher.Open(header.Counter, header.ToBytes(), packet.AsSpan(PacketHeader.Length)).ShouldBe(plain);
            byte[] again = [.. header.ToBytes(), .. cipher.Seal(header.Counter, header.ToBytes(), plain)];
            again.ShouldBe(packet);
        }
    }

    [Theory]
    [InlineData("ix-25519-aes-v1", CertificateVersion.V1)]
    [InlineData("ix-25519-chachapoly-v2", CertificateVersion.V2)]
    public void Questions_and_answers_are_those_of_nebula(string name, CertificateVersion version)
    {
        var messages = new Recording(name).Json.GetProperty("messages").EnumerateArray().ToList();
        var question = Convert.FromHexString(messages[2].GetProperty("plaintext").GetString()!);
        var reply = HostQuery.Parse(Convert.FromHexString(messages[3].GetProperty("plaintext").GetString()!));

        HostQuery.Write(reply!.Value.Host, version).ShouldBe(question);
        reply.Value.Endpoints.ShouldHaveSingleItem().Address.ShouldBe(IPAddress.Loopback);
        HostQuery.Parse(question).ShouldBeNull();
    }

    [Fact]
    public void An_answer_in_another_cipher_does_not_decrypt_and_the_right_one_still_does()
    {
        Recording recording = new("ix-25519-aes-v1");
        var initiator = recording.Initiator();
        initiator.WriteFirst(recording.Bytes("initiatorPayload"));
        var right = recording.Bytes("stage2")[PacketHeader.Length..];
        var wrong = right.ToArray();
        wrong[^1] ^= 1;

        initiator.ReadSecond(wrong).ShouldBeNull();
        initiator.ReadSecond(right.AsSpan(0, 40)).ShouldBeNull();
        initiator.ReadSecond(new byte[right.Length]).ShouldBeNull();
        initiator.ReadSecond(right).ShouldNotBeNull();
    }

    [Fact]
    public void What_is_no_packet_is_passed_over()
    {
        PacketHeader.TryRead([1], out _).ShouldBeFalse();
        PacketHeader.TryRead(new byte[16], out _).ShouldBeFalse();
        PacketHeader.TryRead([], out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_packet_that_comes_twice_is_opened_once()
    {
        Recording recording = new("ix-25519-aes-v1");
        await using ProbeSocket socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        using TunnelLink link = new(socket, new IPEndPoint(IPAddress.Loopback, 1), 1, 2, recording.Answer());
        var reply = Convert.FromHexString(recording.Json.GetProperty("messages")[1].GetProperty("packet").GetString()!);
        PacketHeader.TryRead(reply, out var header).ShouldBeTrue();
        ProbePacket packet = new(header, reply[PacketHeader.Length..]);

        link.Open(packet with { Header = header with { Counter = 9 } }).ShouldBeNull();
        link.Open(packet).ShouldNotBeNull();
        link.Open(packet).ShouldBeNull();
    }

    private sealed class Recording(string name)
    {
        public JsonElement Json { get; } = Vector.Json($"wire/{name}.json");

        public CaPool Authorities => CaPool.ParsePem(Vector.Text($"wire/{name}.ca.crt"));

        private NebulaCurve Curve =>
            name.Contains("P256", StringComparison.Ordinal) ? NebulaCurve.P256 : NebulaCurve.Curve25519;

        private NebulaCipher Cipher =>
            name.Contains("aes", StringComparison.Ordinal) ? NebulaCipher.Aes : NebulaCipher.ChaChaPoly;

        public byte[] Bytes(string field) => Convert.FromHexString(Json.GetProperty(field).GetString()!);

        public NebulaCertificate Certificate(string side) => Vector.Certificate($"wire/{name}.{side}");

        public NoiseIxInitiator Initiator() =>
            new(
                HostKeyPair.FromPrivateKey(Curve, Bytes("initiatorStaticPrivate")),
                Cipher,
                HostKeyPair.FromPrivateKey(Curve, Bytes("initiatorEphemeralPrivate"))
            );

        public NoiseAnswer Answer()
        {
            var initiator = Initiator();
            initiator.WriteFirst(Bytes("initiatorPayload"));
            return initiator.ReadSecond(Bytes("stage2").AsSpan(PacketHeader.Length))!;
        }
    }
}

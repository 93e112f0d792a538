using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests.Keys;

public sealed class HostKeyPairTests
{
    public static TheoryData<string> KeyFiles() =>
        ["keys/x25519", "keys/p256", "host/v2-25519-plain", "host/v2-p256-plain"];

    [Theory]
    [MemberData(nameof(KeyFiles))]
    public void A_key_file_reads_and_writes_unchanged(string name)
    {
        var text = Vector.Text(name + ".key");

        HostKeyPair.ParsePem(text).ExportPem().ShouldBe(text);
    }

    [Theory]
    [InlineData("keys/x25519")]
    [InlineData("keys/p256")]
    public void The_public_half_is_the_one_nebula_cert_wrote(string name)
    {
        var text = Vector.Text(name + ".pub");

        Vector.HostKey(name).PublicKey.ToPem().ShouldBe(text);
        HostPublicKey.ParsePem(text).ShouldBe(Vector.HostKey(name).PublicKey);
    }

    [Theory]
    [InlineData("host/v2-25519-plain")]
    [InlineData("host/v2-p256-plain")]
    [InlineData("host/v1-25519-full")]
    public void A_certificate_knows_its_key(string name)
    {
        Vector.Certificate(name).IsFor(Vector.HostKey(name).PublicKey).ShouldBeTrue();
        Vector.Certificate(name).IsFor(HostKeyPair.Generate().PublicKey).ShouldBeFalse();
    }

    [Theory]
    [InlineData(NebulaCurve.Curve25519)]
    [InlineData(NebulaCurve.P256)]
    public void Two_hosts_agree_on_one_secret(NebulaCurve curve)
    {
        var (a, b) = (HostKeyPair.Generate(curve), HostKeyPair.Generate(curve));

        var secret = a.DeriveSharedSecret(b.PublicKey);

        secret.Length.ShouldBe(32);
        b.DeriveSharedSecret(a.PublicKey).ShouldBe(secret);
        HostKeyPair.ParsePem(a.ExportPem()).DeriveSharedSecret(b.PublicKey).ShouldBe(secret);
    }

    [Fact]
    public void A_low_order_peer_is_refused()
    {
        var lowOrder = HostPublicKey.FromBytes(NebulaCurve.Curve25519, [1, .. new byte[31]]);

        Should
            .Throw<NebulaFormatException>(() => HostKeyPair.Generate().DeriveSharedSecret(lowOrder))
            .Code.ShouldBe("key-low-order");
    }

    [Fact]
    public void Keys_of_two_curves_cannot_agree()
    {
        var p256 = HostKeyPair.Generate(NebulaCurve.P256);

        Should.Throw<ArgumentException>(() => HostKeyPair.Generate().DeriveSharedSecret(p256.PublicKey));
    }

    [Fact]
    public void A_ca_key_is_no_host_key()
    {
        var read = () => HostKeyPair.ParsePem(Vector.Text("ca/v2-25519.key"));

        read.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-kind");
    }

    [Fact]
    public void Bytes_off_the_curve_are_no_key()
    {
        var length = () => HostPublicKey.FromBytes(NebulaCurve.Curve25519, new byte[31]);
        var zero = () => HostPublicKey.FromBytes(NebulaCurve.Curve25519, new byte[32]);
        var point = () => HostPublicKey.FromBytes(NebulaCurve.P256, [4, .. Enumerable.Repeat((byte)7, 64)]);
        var scalar = () => HostKeyPair.FromPrivateKey(NebulaCurve.P256, Enumerable.Repeat((byte)0xFF, 32).ToArray());

        length.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-length");
        zero.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-not-on-curve");
        point.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-not-on-curve");
        scalar.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-not-on-curve");
    }

    [Fact]
    public void A_private_key_never_shows()
    {
        var pair = HostKeyPair.ParsePem(Vector.Text("keys/x25519.key"));
        var secret = Vector.Text("keys/x25519.key").Split('\n')[1];

        $"{pair} {pair.PublicKey}".ShouldNotContain(secret);
        pair.ToString().ShouldBe(typeof(HostKeyPair).FullName);
    }
}

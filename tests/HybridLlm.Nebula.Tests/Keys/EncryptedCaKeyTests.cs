using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Keys;

public sealed class EncryptedCaKeyTests
{
    private const string Passphrase = "correct horse battery staple";

    private static readonly Argon2Settings s_cheap = new() { MemoryKiB = 64, Parallelism = 2 };

    [Theory]
    [InlineData("enc/25519", Passphrase, 65536, 3, 2)]
    [InlineData("enc/tiny", "tiny", 8, 1, 1)]
    public void A_key_that_nebula_cert_encrypted_opens(
        string name,
        string passphrase,
        int memory,
        int passes,
        int lanes
    )
    {
        var text = Vector.Text(name + ".key");
        var key = EncryptedCaKey.ParsePem(text);

        key.Settings.ShouldBe(
            new Argon2Settings
            {
                MemoryKiB = memory,
                Iterations = passes,
                Parallelism = lanes,
            }
        );
        key.ToPem().ShouldBe(text);
        Vector.Certificate(name).IsFor(key.Decrypt(passphrase).PublicKey).ShouldBeTrue();
        CertificateAuthority.Load(Vector.Text(name + ".crt"), text, passphrase).Certificate.Name.ShouldStartWith("enc");
    }

    [Theory]
    [InlineData(NebulaCurve.Curve25519)]
    [InlineData(NebulaCurve.P256)]
    public async Task Nebula_cert_signs_with_a_key_that_we_encrypted(NebulaCurve curve)
    {
        using TemporaryFolder folder = new();
        var pair = CaKeyPair.Generate(curve);
        var now = TimeProvider.System.GetUtcNow();
        CaCertificateRequest request = new()
        {
            Name = "mesh",
            NotBefore = now,
            NotAfter = now.AddDays(1),
        };
        var authority = await CertificateAuthority.CreateAsync(request, pair, TestMesh.Token);
        var encrypted = EncryptedCaKey.Encrypt(pair, "päss", s_cheap);

        var signed = await RealProgram.NebulaCertAsync(
            new Dictionary<string, string> { ["NEBULA_CA_PASSPHRASE"] = "päss" },
            [
                "sign",
                "-name",
                "host",
                "-networks",
                "10.42.0.9/16",
                "-ca-crt",
                folder.Write("ca.crt", authority.Certificate.ToPem()),
                "-ca-key",
                folder.Write("ca.key", encrypted.ToPem()),
                "-out-crt",
                folder.PathOf("h.crt"),
                "-out-key",
                folder.PathOf("h.key"),
            ]
        );

        signed.Exit.ShouldBe(0, signed.ToString());
        var host = NebulaCertificate.ParsePem(folder.Read("h.crt"));
        new CaPool([authority.Certificate]).Verify(host, TimeProvider.System.GetUtcNow()).IsValid.ShouldBeTrue();
    }

    [Fact]
    public void A_passphrase_can_be_changed()
    {
        var pair = CaKeyPair.Generate();
        var first = EncryptedCaKey.Encrypt(pair, "one", s_cheap);

        var second = first.ChangePassphrase("one", "two", s_cheap with { Iterations = 2 });

        second.Decrypt("two").PublicKey.ShouldBe(pair.PublicKey);
        second.Settings.Iterations.ShouldBe(2);
        var old = () => second.Decrypt("one");
        old.ShouldThrow<NebulaException>().Code.ShouldBe("key-passphrase");
        first.ToPem().ShouldNotBe(EncryptedCaKey.Encrypt(pair, "one", s_cheap).ToPem());
    }

    [Fact]
    public void A_wrong_passphrase_says_nothing_of_either()
    {
        var open = () => EncryptedCaKey.ParsePem(Vector.Text("enc/tiny.key")).Decrypt("sesame");

        var error = open.ShouldThrow<NebulaException>();
        error.Code.ShouldBe("key-passphrase");
        error.Message.ShouldNotContain("sesame");
    }

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1024 * 1024, 1_000_000)]
    public void A_memory_bomb_is_refused_before_it_goes_off(int memoryKiB, int iterations)
    {
        var bomb = Encrypted(memoryKiB, iterations, new byte[32]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var open = () => EncryptedCaKey.ParsePem(bomb).Decrypt("any");

        open.ShouldThrow<NebulaException>().Code.ShouldBe("key-cost");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [Fact]
    public void Limits_can_be_tightened()
    {
        var key = EncryptedCaKey.ParsePem(Vector.Text("enc/25519.key"));

        var open = () => key.Decrypt(Passphrase, new Argon2Limits { MaxMemoryKiB = 65535 });

        open.ShouldThrow<NebulaException>().Code.ShouldBe("key-cost");
    }

    [Theory]
    [InlineData(0, 1, 32)]
    [InlineData(64, 0, 32)]
    [InlineData(64, 1, 15)]
    public void Parameters_out_of_range_are_refused(int memoryKiB, int iterations, int saltLength)
    {
        var parse = () => EncryptedCaKey.ParsePem(Encrypted(memoryKiB, iterations, new byte[saltLength]));

        parse.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-encrypted-malformed");
    }

    [Fact]
    public void Plain_and_encrypted_keys_are_told_apart()
    {
        EncryptedCaKey.IsEncrypted(Vector.Text("enc/tiny.key")).ShouldBeTrue();
        EncryptedCaKey.IsEncrypted(Vector.Text("ca/other.key")).ShouldBeFalse();
        EncryptedCaKey.IsEncrypted("").ShouldBeFalse();
        CaKeyPair.ParsePem(Vector.Text("ca/other.key"), "not needed").Curve.ShouldBe(NebulaCurve.Curve25519);
    }

    private static string Encrypted(int memoryKiB, int iterations, byte[] salt)
    {
        var argon2 = new ProtobufWriter()
            .Varint(1, 19)
            .Varint(2, (ulong)memoryKiB)
            .Varint(3, (ulong)iterations)
            .Varint(4, 1)
            .Bytes(5, salt);
        var metadata = new ProtobufWriter().Text(1, "AES-256-GCM").Message(2, argon2);
        return PemBlock.Write(
            "NEBULA ED25519 ENCRYPTED PRIVATE KEY",
            new ProtobufWriter().Message(1, metadata).Bytes(2, new byte[92]).ToArray()
        );
    }
}

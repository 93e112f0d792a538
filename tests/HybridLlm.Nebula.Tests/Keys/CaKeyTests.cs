using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests.Keys;

public sealed class CaKeyTests
{
    private static readonly byte[] s_message = "to be signed"u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ca/v1-25519")]
    [InlineData("ca/v2-p256")]
    public void A_key_file_reads_and_writes_unchanged(string name)
    {
        var text = Vector.Text(name + ".key");
        var pair = CaKeyPair.ParsePem(text);

        pair.ExportPem().ShouldBe(text);
        Vector.Certificate(name).IsFor(pair.PublicKey).ShouldBeTrue();
        CaPublicKey.ParsePem(pair.PublicKey.ToPem()).ShouldBe(pair.PublicKey);
    }

    [Theory]
    [InlineData(NebulaCurve.Curve25519)]
    [InlineData(NebulaCurve.P256)]
    public async Task A_signature_verifies_with_its_key_and_message_only(NebulaCurve curve)
    {
        var pair = CaKeyPair.Generate(curve);
        var signature = await pair.SignAsync(s_message, Token);

        pair.PublicKey.Verify(s_message, signature).ShouldBeTrue();
        pair.PublicKey.Verify([.. s_message, 0], signature).ShouldBeFalse();
        CaKeyPair.Generate(curve).PublicKey.Verify(s_message, signature).ShouldBeFalse();
        pair.PublicKey.Verify(s_message, []).ShouldBeFalse();
    }

    [Fact]
    public async Task P256_signatures_have_a_low_and_a_high_form_and_both_verify()
    {
        var pair = CaKeyPair.Generate(NebulaCurve.P256);
        for (var i = 0; i < 16; i++)
        {
            var signature = await pair.SignAsync(new byte[] { (byte)i }, Token);
            var other = EcdsaSignature.Alternate(signature)!;

            pair.PublicKey.Verify([(byte)i], other).ShouldBeTrue();
            EcdsaSignature.ToLowS(signature).ShouldBe(EcdsaSignature.ToLowS(other));
        }
    }

    [Fact]
    public async Task A_key_file_signs_without_holding_the_key()
    {
        var path = Vector.Path("ca/v2-25519.key");
        var signer = await CaKeyFile.OpenAsync(path, Token);

        var signature = await signer.SignAsync(s_message, Token);

        signature.ShouldBe(
            await CaKeyPair.ParsePem(await File.ReadAllTextAsync(path, Token)).SignAsync(s_message, Token)
        );
    }

    [Fact]
    public async Task A_key_file_that_was_exchanged_no_longer_signs()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("ca.key", CaKeyPair.Generate().ExportPem());
        var signer = await CaKeyFile.OpenAsync(path, Token);
        folder.Write("ca.key", CaKeyPair.Generate().ExportPem());

        var sign = async () => await signer.SignAsync(s_message, Token);

        (await sign.ShouldThrowAsync<NebulaException>()).Code.ShouldBe("key-changed");
    }

    [Fact]
    public void A_host_key_is_no_ca_key_and_an_encrypted_one_says_so()
    {
        var host = () => CaKeyPair.ParsePem(Vector.Text("keys/x25519.key"));
        var encrypted = () => CaKeyPair.ParsePem(Vector.Text("enc/25519.key"));
        var nothing = () => CaKeyPair.ParsePem("");

        host.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-kind");
        encrypted.ShouldThrow<NebulaFormatException>().Code.ShouldBe("key-encrypted");
        nothing.ShouldThrow<NebulaFormatException>().Code.ShouldBe("pem-missing");
    }

    [Fact]
    public void Halves_of_two_keys_make_no_key()
    {
        var (a, b) = (CaKeyPair.Generate(), CaKeyPair.Generate());
        byte[] mixed = [.. a.ExportPrivateKey()[..32], .. b.ExportPrivateKey()[32..]];

        Should
            .Throw<NebulaFormatException>(() => CaKeyPair.FromPrivateKey(NebulaCurve.Curve25519, mixed))
            .Code.ShouldBe("key-halves");
    }
}

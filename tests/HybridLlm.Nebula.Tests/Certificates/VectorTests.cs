using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>Every certificate the real nebula-cert wrote, read and written again.</summary>
public sealed class VectorTests
{
    private static readonly string[] s_folders = ["ca", "host", "enc", "bad", "neg"];

    public static TheoryData<string> Readable() =>
        [.. s_folders.SelectMany(Vector.CertificatesIn).Where(Vector.IsReadable)];

    public static TheoryData<string> Unreadable() =>
        [.. s_folders.SelectMany(Vector.CertificatesIn).Where(name => !Vector.IsReadable(name))];

    public static TheoryData<string> Canonical() =>
        [.. new[] { "ca", "host", "enc" }.SelectMany(Vector.CertificatesIn)];

    public static TheoryData<string> OfEd25519() =>
        [
            .. new[] { "ca", "host" }
                .SelectMany(Vector.CertificatesIn)
                .Where(name => SignerOf(name)?.Curve == NebulaCurve.Curve25519),
        ];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Json_equals_what_nebula_cert_prints(string name)
    {
        var ours = CertificateJson.Write(NebulaCertificate.ParseBundle(Vector.Text(name + ".crt")));

        ours.ShouldBe(Vector.Text(name + ".json").TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Fingerprints_equal_nebula_certs(string name)
    {
        var expected = Vector.Json("fingerprints.json").GetProperty("fingerprints").GetProperty(name + ".crt");

        NebulaCertificate
            .ParseBundle(Vector.Text(name + ".crt"))
            .Select(c => c.Fingerprint)
            .ShouldBe(expected.EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void Every_p256_certificate_has_a_second_fingerprint()
    {
        foreach (
            var entry in Vector.Json("fingerprints.json").GetProperty("p256AlternateFingerprints").EnumerateObject()
        )
        {
            NebulaCertificate
                .ParsePem(Vector.Text(entry.Name))
                .AlternateFingerprint.ShouldBe(entry.Value.GetString(), entry.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Writing_what_was_read_gives_the_same_file(string name)
    {
        var text = Vector.Text(name + ".crt");

        string.Concat(NebulaCertificate.ParseBundle(text).Select(c => c.ToPem())).ShouldBe(text);
    }

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Strict_reading_takes_what_nebula_cert_writes_but_for_names_too_long_to_read_back(string name)
    {
        var read = () => NebulaCertificate.ParseBundle(Vector.Text(name + ".crt"), CertificateReading.Strict);

        if (name == "host/v1-25519-name300")
        {
            read.ShouldThrow<NebulaFormatException>().Code.ShouldBe("certificate-name-length");
        }
        else
        {
            read().ShouldNotBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void What_nebula_cert_cannot_read_we_refuse(string name)
    {
        Should.Throw<NebulaFormatException>(() => Vector.Certificate(name)).Remedy.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("neg/details-trailing-field")]
    [InlineData("neg/explicit-default-curve")]
    [InlineData("neg/isca-00")]
    [InlineData("neg/name-bad-utf8")]
    [InlineData("neg/v1-explicit-default")]
    [InlineData("neg/v1-unknown-field-signed")]
    [InlineData("neg/v1-unpacked-ips-signed")]
    [InlineData("neg/v1-noncontiguous-mask")]
    public void Strict_reading_refuses_odd_encodings(string name)
    {
        Should
            .Throw<NebulaFormatException>(() =>
                NebulaCertificate.ParsePem(Vector.Text(name + ".crt"), CertificateReading.Strict)
            )
            .Code.ShouldBe("certificate-not-canonical");
    }

    [Theory]
    [MemberData(nameof(OfEd25519))]
    public async Task Signing_the_same_fields_again_gives_the_same_bytes(string name)
    {
        var original = Vector.Certificate(name);
        var again = original.IsCa
            ? (
                await CertificateAuthority.CreateAsync(
                    new CaCertificateRequest
                    {
                        Name = original.Name,
                        NotBefore = original.NotBefore,
                        NotAfter = original.NotAfter,
                        Groups = original.Groups,
                        Networks = original.Networks,
                        UnsafeNetworks = original.UnsafeNetworks,
                        Version = original.Version,
                    },
                    CaKeyPair.ParsePem(Vector.Text(name + ".key")),
                    TestContext.Current.CancellationToken
                )
            ).Certificate
            : await SignerOf(name)!.SignAgainAsync(original);

        again.ToPem().ShouldBe(original.ToPem());
    }

    private static Signer? SignerOf(string name)
    {
        var certificate = Vector.Certificate(name);
        if (certificate.Name.Length > 253)
        {
            return null;
        }

        var authority = Vector
            .CertificatesIn("ca")
            .FirstOrDefault(ca =>
                Vector.Certificate(ca).Fingerprint == (certificate.IsCa ? certificate.Fingerprint : certificate.Issuer)
            );
        return authority is null ? null : new Signer(certificate.Curve, authority);
    }

    private sealed record Signer(NebulaCurve Curve, string Authority)
    {
        public Task<NebulaCertificate> SignAgainAsync(NebulaCertificate certificate) =>
            Vector.Authority(Authority).SignAsync(certificate.Body, TestContext.Current.CancellationToken);
    }
}

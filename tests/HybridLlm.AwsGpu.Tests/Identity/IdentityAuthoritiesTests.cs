using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridLlm.AwsGpu.Identity;

namespace HybridLlm.AwsGpu.Tests.Identity;

public sealed class IdentityAuthoritiesTests
{
    private const string Region = "us-east-1";

    [Fact]
    public async Task A_document_signed_by_the_regions_key_is_read()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var verdict = Trusting(aws).Verify(Region, await aws.SignAsync(IdentityDocuments.Sample()));

        verdict.Refusal.ShouldBeNull();
        verdict.Identity!.InstanceId.ShouldBe("i-0123456789abcdef0");
        verdict.Identity.AccountId.ShouldBe("111122223333");
        verdict.Identity.PendingTime.ShouldBe(new DateTimeOffset(2026, 11, 23, 18, 0, 2, TimeSpan.Zero));
    }

    [Fact]
    public async Task Line_breaks_in_the_base64_do_not_matter()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var message = string.Join(
            '\n',
            (await aws.SignAsync(IdentityDocuments.Sample())).Chunk(76).Select(c => new string(c))
        );

        Trusting(aws).Verify(Region, message).Identity.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_forgery_that_brings_its_own_certificate_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        using var forger = await OpensslAuthority.CreateAsync();

        Trusting(aws)
            .Verify(Region, await forger.SignBringingCertificateAsync(IdentityDocuments.Sample()))
            .Refusal.ShouldBe("the identity document brings its own certificate");
    }

    [Fact]
    public async Task Even_AWSs_own_certificate_in_the_message_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync();

        Trusting(aws)
            .Verify(Region, await aws.SignBringingCertificateAsync(IdentityDocuments.Sample()))
            .Refusal.ShouldBe("the identity document brings its own certificate");
    }

    [Fact]
    public async Task A_forgery_under_AWSs_issuer_and_serial_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync(serial: "4711");
        using var forger = await OpensslAuthority.CreateAsync(serial: "4711");

        Trusting(aws)
            .Verify(Region, await forger.SignAsync(IdentityDocuments.Sample()))
            .Refusal.ShouldBe("the identity document is not signed by AWS's key for the region");
        Trusting(aws)
            .Verify(Region, await forger.SignBringingCertificateAsync(IdentityDocuments.Sample()))
            .Identity.ShouldBeNull();
    }

    [Fact]
    public async Task Changed_content_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var message = Convert.FromBase64String(await aws.SignAsync(IdentityDocuments.Sample()));
        var at = message.AsSpan().IndexOf("i-0123456789abcdef0"u8);
        message[at + 5] ^= 1;

        Trusting(aws)
            .Verify(Region, Convert.ToBase64String(message))
            .Refusal.ShouldBe("the identity document is not signed by AWS's key for the region");
    }

    [Fact]
    public async Task Another_regions_key_does_not_count()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        using var elsewhere = await OpensslAuthority.CreateAsync();
        var both = Trusting(aws).With("eu-west-1", elsewhere.Certificate);

        both.Verify(Region, await elsewhere.SignAsync(IdentityDocuments.Sample())).Identity.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"instanceId\" : \"i-0123456789abcdef0\",", "")]
    [InlineData("\"i-0123456789abcdef0\"", "7")]
    [InlineData("2026-11-23T18:00:02Z", "yesterday")]
    [InlineData("{", "[")]
    public async Task A_signed_document_without_what_we_need_is_refused(string replace, string by)
    {
        using var aws = await OpensslAuthority.CreateAsync();

        Trusting(aws)
            .Verify(Region, await aws.SignAsync(IdentityDocuments.Sample(replace, by)))
            .Refusal.ShouldBe("the signed document lacks fields of an instance identity");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("MIAGCSqGSIb3DQEHAqCAMIACAQE=")]
    [InlineData("AAAA")]
    [InlineData("MAA=")]
    public void What_is_no_message_is_refused(string text) =>
        IdentityAuthorities.Aws.Verify(Region, text).Refusal.ShouldBe("the identity document is no PKCS#7 message");

    [Fact]
    public void An_unknown_region_is_refused_by_name() =>
        IdentityAuthorities
            .Aws.Verify("mars-north-1", "AAAA")
            .Refusal.ShouldBe("no AWS certificate is known for region mars-north-1");

    [Fact]
    public async Task Every_single_bit_of_a_message_counts_or_changes_nothing()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var trusted = Trusting(aws);
        var message = Convert.FromBase64String(await aws.SignAsync(IdentityDocuments.Sample()));
        var expected = trusted.Verify(Region, Convert.ToBase64String(message)).Identity;
        expected.ShouldNotBeNull();

        for (var i = 0; i < message.Length * 8; i++)
        {
            var changed = message.ToArray();
            changed[i / 8] ^= (byte)(1 << (i % 8));
            // Unsigned parts (the signer's name, say) may change; what is read may not.
            var identity = trusted.Verify(Region, Convert.ToBase64String(changed)).Identity;
            (identity is null || identity == expected).ShouldBeTrue($"bit {i}");
        }
    }

    [Fact]
    public void The_built_in_table_equals_AWSs_certificates()
    {
        var folder = SharedData.Require("boot/aws-certs/rsa2048");
        var regions = Directory.GetFiles(folder, "*.pem").Select(f => Path.GetFileNameWithoutExtension(f)!).ToList();

        IdentityAuthorities.Aws.Regions.ShouldBe(regions.Order(StringComparer.Ordinal));
        foreach (var region in regions)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(
                Path.Combine(folder, region + ".pem")
            );
            using var key = certificate.GetRSAPublicKey()!;
            var line = TableLine(region);
            line[1].ShouldBe(certificate.SerialNumber.TrimStart('0'));
            line[2].ShouldBe(certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", null));
            Convert.FromBase64String(line[3]).ShouldBe(key.ExportSubjectPublicKeyInfo());
        }
    }

    [Fact]
    public void A_weak_certificate_cannot_be_added()
    {
        using var rsa = RSA.Create(1024);
        CertificateRequest request = new("CN=weak", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var weak = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));

        Should.Throw<ArgumentException>(() => IdentityAuthorities.None.With(Region, weak));
    }

    private static IdentityAuthorities Trusting(OpensslAuthority authority) =>
        IdentityAuthorities.None.With(Region, authority.Certificate);

    private static string[] TableLine(string region) =>
        File.ReadLines(Repository.PathOf("src", "HybridLlm.AwsGpu", "Identity", "region-keys.csv"), Encoding.ASCII)
            .Select(l => l.Split(','))
            .Single(f => f[0] == region);
}

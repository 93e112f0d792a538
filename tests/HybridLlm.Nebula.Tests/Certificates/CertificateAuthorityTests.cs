using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Nebula.Tests.Certificates;

public sealed class CertificateAuthorityTests
{
    private static readonly HostPublicKey s_key = HostKeyPair.Generate().PublicKey;

    [Fact]
    public async Task A_host_lives_until_a_second_before_its_authority_unless_told_otherwise()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2027, 5, 6, 7, 8, 9, 876, TimeSpan.Zero));
        var authority = await CertificateAuthority.CreateAsync(
            new CaCertificateRequest
            {
                Name = "mesh",
                NotBefore = time.GetUtcNow(),
                NotAfter = time.GetUtcNow().AddDays(365),
            },
            CaKeyPair.Generate(),
            TestMesh.Token
        );

        var host = await authority.IssueAsync("host", s_key);

        host.NotBefore.ShouldBe(new DateTimeOffset(2027, 5, 6, 7, 8, 9, TimeSpan.Zero));
        host.NotAfter.ShouldBe(new DateTimeOffset(2028, 5, 5, 7, 8, 8, TimeSpan.Zero));
        host.Issuer.ShouldBe(authority.Certificate.Fingerprint);
        authority.Certificate.Issuer.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_reported_at_once()
    {
        var authority = await TestMesh.AuthorityAsync(change: r =>
            r with
            {
                Groups = ["ops"],
                Networks = TestMesh.Prefixes("10.42.0.0/16"),
                UnsafeNetworks = TestMesh.Prefixes("192.168.0.0/16"),
            }
        );

        var issue = () =>
            authority.IssueAsync(
                new HostCertificateRequest
                {
                    Name = new string('n', 254),
                    PublicKey = HostKeyPair.Generate(NebulaCurve.P256).PublicKey,
                    Networks = TestMesh.Prefixes("10.43.0.1/24,0.0.0.0/0,10.43.0.1/24,::ffff:1.2.3.4/120"),
                    UnsafeNetworks = TestMesh.Prefixes("172.16.0.0/12"),
                    Groups = ["web", ""],
                    NotBefore = authority.Certificate.NotBefore.AddSeconds(-1),
                    NotAfter = authority.Certificate.NotAfter.AddSeconds(1),
                },
                TestMesh.Token
            );

        var faults = (await issue.ShouldThrowAsync<NebulaValidationException>()).Faults;
        faults
            .Select(f => f.Code)
            .Distinct()
            .ShouldBe([
                "certificate-zero-address",
                "certificate-mapped-address",
                "certificate-duplicate-network",
                "certificate-name-length",
                "certificate-group-text",
                "certificate-curve",
                "ca-outlived",
                "ca-predated",
                "ca-group-limit",
                "ca-network-limit",
                "ca-unsafe-network-limit",
            ]);
        faults.ShouldAllBe(f => f.Remedy.Length > 0);
    }

    [Theory]
    [InlineData("10.42.0.1/24,10.42.1.1/24", "certificate-v1-networks")]
    [InlineData("fd42::1/64", "certificate-v1-ipv6")]
    [InlineData("", "certificate-no-network")]
    public async Task A_v1_host_has_one_ipv4_network(string networks, string code)
    {
        var authority = await TestMesh.AuthorityAsync(version: CertificateVersion.V1);

        var issue = () => authority.IssueAsync("host", s_key, networks);

        (await issue.ShouldThrowAsync<NebulaValidationException>()).Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("10.42.0.1/24", "fd00::/8")]
    [InlineData("fd42::1/64", "192.168.0.0/24")]
    public async Task Unsafe_networks_need_an_address_of_their_family(string networks, string unsafeNetworks)
    {
        var authority = await TestMesh.AuthorityAsync();

        var issue = () => authority.IssueAsync("host", s_key, networks, unsafeNetworks);

        (await issue.ShouldThrowAsync<NebulaValidationException>()).Code.ShouldBe("certificate-unsafe-family");
    }

    [Fact]
    public async Task An_end_before_the_beginning_is_refused()
    {
        var now = Vector.Now;

        var create = () =>
            CertificateAuthority.CreateAsync(
                new CaCertificateRequest
                {
                    Name = "mesh",
                    NotBefore = now,
                    NotAfter = now.AddSeconds(-1),
                },
                CaKeyPair.Generate(),
                TestMesh.Token
            );

        (await create.ShouldThrowAsync<NebulaValidationException>()).Code.ShouldBe("certificate-life");
    }

    [Fact]
    public async Task There_are_no_intermediates()
    {
        var authority = await TestMesh.AuthorityAsync();

        var sign = () => authority.SignAsync(authority.Certificate.Body with { Name = "child" }, TestMesh.Token);

        (await sign.ShouldThrowAsync<NebulaValidationException>()).Code.ShouldBe("certificate-intermediate");
    }

    [Fact]
    public void A_key_of_another_authority_is_detected()
    {
        var load = () => CertificateAuthority.Load(Vector.Text("ca/v2-25519.crt"), Vector.Text("ca/other.key"));
        var host = () => CertificateAuthority.Load(Vector.Text("host/v2-25519-plain.crt"), Vector.Text("ca/other.key"));

        load.ShouldThrow<NebulaException>().Code.ShouldBe("ca-key-mismatch");
        host.ShouldThrow<NebulaException>().Code.ShouldBe("ca-not-an-authority");
    }

    [Fact]
    public void Of_a_bundle_the_certificate_of_the_key_is_taken()
    {
        var bundle = Vector.Text("ca/other.crt") + Vector.Text("ca/v2-25519.crt");

        CertificateAuthority.Load(bundle, Vector.Text("ca/v2-25519.key")).Certificate.Name.ShouldBe("ca v2-25519");
    }

    [Fact]
    public async Task A_signer_that_returns_nonsense_is_found_out()
    {
        var authority = CertificateAuthority.Load(Vector.Certificate("ca/v2-25519"), new BrokenSigner());

        var issue = () => authority.IssueAsync("host", s_key);

        (await issue.ShouldThrowAsync<NebulaException>()).Code.ShouldBe("signer-broken");
    }

    [Fact]
    public async Task P256_signatures_are_written_in_the_low_form_whatever_the_signer_returns()
    {
        var authority = CertificateAuthority.Load(Vector.Certificate("ca/v2-p256"), new HighSigner());
        var key = HostKeyPair.Generate(NebulaCurve.P256).PublicKey;

        var host = await authority.IssueAsync("host", key);

        host.Signature.ToArray().ShouldBe(EcdsaSignature.ToLowS(host.Signature.ToArray()));
        new CaPool([authority.Certificate]).Verify(host, Vector.Now).IsValid.ShouldBeTrue();
    }

    [Fact]
    public async Task A_body_with_new_times_renews_a_certificate()
    {
        var authority = Vector.Authority("ca/v2-25519");
        var old = Vector.Certificate("host/v2-25519-dual");

        var renewed = await authority.SignAsync(
            old.Body with
            {
                NotBefore = Vector.Now,
                NotAfter = Vector.Now.AddDays(30),
            },
            TestMesh.Token
        );

        renewed.Networks.ShouldBe(old.Networks);
        renewed.PublicKey.ToArray().ShouldBe(old.PublicKey.ToArray());
        renewed.Fingerprint.ShouldNotBe(old.Fingerprint);
    }

    private sealed class BrokenSigner : INebulaSigner
    {
        public CaPublicKey PublicKey => CaKeyPair.ParsePem(Vector.Text("ca/v2-25519.key")).PublicKey;

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new byte[64]);
    }

    private sealed class HighSigner : INebulaSigner
    {
        private readonly CaKeyPair _pair = CaKeyPair.ParsePem(Vector.Text("ca/v2-p256.key"));

        public CaPublicKey PublicKey => _pair.PublicKey;

        public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            var low = EcdsaSignature.ToLowS(await _pair.SignAsync(message, cancellationToken));
            return EcdsaSignature.Alternate(low)!;
        }
    }
}

using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests.Certificates;

public sealed class VerificationTests
{
    private static readonly CaPool s_pool = CaPool.ParsePem(Vector.Text("ca/v2-25519.crt"));

    [Theory]
    [InlineData(-1, VerificationFailure.NotYetValid)]
    [InlineData(0, VerificationFailure.None)]
    [InlineData(100, VerificationFailure.None)]
    [InlineData(101, VerificationFailure.Expired)]
    public async Task Both_ends_of_a_life_belong_to_it(int seconds, VerificationFailure expected)
    {
        var authority = Vector.Authority("ca/v2-25519");
        var host = await authority.SignAsync(
            Vector.Certificate("host/v2-25519-plain").Body with
            {
                NotBefore = Vector.Now,
                NotAfter = Vector.Now.AddSeconds(100),
            },
            TestMesh.Token
        );

        s_pool.Verify(host, Vector.Now.AddSeconds(seconds)).Failure.ShouldBe(expected);
    }

    [Fact]
    public void The_blocklist_goes_before_everything_else()
    {
        var unknown = Vector.Certificate("host/v1-25519-plain");
        CertificateBlocklist blocklist = new([unknown.Fingerprint.ToUpperInvariant()]);

        s_pool.Verify(unknown, Vector.Now, blocklist).Failure.ShouldBe(VerificationFailure.Blocklisted);
        s_pool.Verify(unknown, Vector.Now).Failure.ShouldBe(VerificationFailure.UnknownIssuer);
    }

    [Theory]
    [InlineData("host/v2-p256-plain", "ca/v2-p256")]
    [InlineData("host/v1-p256-full", "ca/v1-p256")]
    public void Blocking_one_form_of_a_p256_signature_blocks_both(string name, string authority)
    {
        var host = Vector.Certificate(name);
        var pool = CaPool.ParsePem(Vector.Text(authority + ".crt"));

        pool.Verify(host, Vector.Now).IsValid.ShouldBeTrue();
        pool.Verify(host, Vector.Now, new CertificateBlocklist([host.AlternateFingerprint!]))
            .Failure.ShouldBe(VerificationFailure.Blocklisted);
    }

    [Fact]
    public void Another_curve_than_the_authoritys_is_told_apart()
    {
        var host = Vector.Certificate("host/v2-p256-plain");
        var forged = new NebulaCertificate(
            host.Body with
            {
                Issuer = s_pool.Authorities[0].Fingerprint,
            },
            [],
            host.Signature.ToArray()
        );

        s_pool.Verify(forged, Vector.Now).Failure.ShouldBe(VerificationFailure.CurveMismatch);
    }

    [Theory]
    [InlineData("web2", "10.42.1.1/24", "", VerificationFailure.GroupNotAllowed)]
    [InlineData("web", "10.43.1.1/24", "", VerificationFailure.NetworkNotAllowed)]
    [InlineData("web", "10.42.1.1/24", "172.16.0.0/12", VerificationFailure.UnsafeNetworkNotAllowed)]
    [InlineData("web", "10.42.1.1/15", "", VerificationFailure.NetworkNotAllowed)]
    [InlineData("web", "10.42.1.1/24", "192.168.5.0/24", VerificationFailure.None)]
    public async Task Limits_of_the_authority_are_checked_even_when_the_signature_is_right(
        string group,
        string network,
        string unsafeNetwork,
        VerificationFailure expected
    )
    {
        // Another certificate of the same key, without limits, signs what the limited one may not.
        var limited = Vector.Certificate("ca/v2-25519-limited");
        var key = CaKeyPair.ParsePem(Vector.Text("ca/v2-25519-limited.key"));
        var body = Vector.Certificate("host/v2-25519-plain").Body with
        {
            Groups = [group],
            Networks = TestMesh.Prefixes(network),
            UnsafeNetworks = TestMesh.Prefixes(unsafeNetwork),
            Issuer = limited.Fingerprint,
        };
        var details = CertificateFormat.Of(CertificateVersion.V2).EncodeDetails(body);
        var message = CertificateFormat.Of(CertificateVersion.V2).SignedBytes(details, body);
        NebulaCertificate forged = new(body, details, await key.SignAsync(message, TestMesh.Token));

        new CaPool([limited]).Verify(forged, Vector.Now).Failure.ShouldBe(expected);
    }

    [Fact]
    public void A_pool_takes_only_self_signed_authorities_and_says_which_are_not()
    {
        var pool = () =>
            new CaPool([
                Vector.Certificate("ca/v2-25519"),
                Vector.Certificate("host/v2-25519-plain"),
                Vector.Certificate("neg/ca-signed-by-ca"),
            ]);

        pool.ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(["ca-not-an-authority", "ca-not-self-signed"]);
    }

    [Fact]
    public void A_refusal_can_be_thrown()
    {
        var result = s_pool.Verify(Vector.Certificate("bad/expired-host-v2"), Vector.Now);

        Should.Throw<CertificateRejectedException>(result.ThrowIfInvalid).Failure.ShouldBe(VerificationFailure.Expired);
        Should.NotThrow(s_pool.Verify(Vector.Certificate("host/v2-25519-plain"), Vector.Now).ThrowIfInvalid);
    }

    [Fact]
    public void A_blocklist_of_nonsense_is_refused_whole()
    {
        var make = () => new CertificateBlocklist(["abcd", "", new string('a', 64)]);

        make.ShouldThrow<NebulaValidationException>().Faults.Count.ShouldBe(2);
    }
}

using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>Our certificates in the hands of the real nebula-cert, and its certificates in ours.</summary>
public sealed class NebulaCertTests
{
    public static TheoryData<NebulaCurve, CertificateVersion> Kinds() =>
        new()
        {
            { NebulaCurve.Curve25519, CertificateVersion.V1 },
            { NebulaCurve.Curve25519, CertificateVersion.V2 },
            { NebulaCurve.P256, CertificateVersion.V1 },
            { NebulaCurve.P256, CertificateVersion.V2 },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nebula_cert_verifies_and_prints_what_we_issue(NebulaCurve curve, CertificateVersion version)
    {
        using TemporaryFolder folder = new();
        var authority = await TestMesh.AuthorityAsync(
            curve,
            version,
            r => r with { Groups = ["gpu", "homelab"], Networks = TestMesh.Prefixes("10.201.0.0/16") }
        );
        var host = await authority.IssueAsync(
            "gpu-1 <ö&\u2028>",
            HostKeyPair.Generate(curve).PublicKey,
            "10.201.128.1/16",
            "10.211.0.0/24",
            "gpu"
        );
        var caFile = folder.Write("ca.crt", authority.Certificate.ToPem());
        var hostFile = folder.Write("host.crt", host.ToPem());

        var verified = await RealProgram.NebulaCertAsync("verify", "-ca", caFile, "-crt", hostFile);
        var printed = await RealProgram.NebulaCertAsync("print", "-json", "-path", hostFile);

        verified.Exit.ShouldBe(0, verified.ToString());
        printed.Output.ShouldBe(CertificateJson.Write([host]) + "\n");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task We_verify_what_nebula_cert_signs(NebulaCurve curve, CertificateVersion version)
    {
        using TemporaryFolder folder = new();
        var (ca, key) = (folder.PathOf("ca.crt"), folder.PathOf("ca.key"));
        var made = await RealProgram.NebulaCertAsync([
            "ca",
            "-name",
            "theirs",
            "-curve",
            curve == NebulaCurve.P256 ? "P256" : "25519",
            "-version",
            version.ToString("D"),
            "-out-crt",
            ca,
            "-out-key",
            key,
        ]);
        made.Exit.ShouldBe(0, made.ToString());
        var signed = await RealProgram.NebulaCertAsync([
            "sign",
            "-name",
            "host",
            "-networks",
            "10.42.0.9/16",
            "-groups",
            "a,b",
            "-unsafe-networks",
            "192.168.0.0/24",
            "-ca-crt",
            ca,
            "-ca-key",
            key,
            "-out-crt",
            folder.PathOf("h.crt"),
            "-out-key",
            folder.PathOf("h.key"),
        ]);
        signed.Exit.ShouldBe(0, signed.ToString());

        var host = NebulaCertificate.ParsePem(folder.Read("h.crt"), CertificateReading.Strict);
        var verdict = CaPool.ParsePem(folder.Read("ca.crt")).Verify(host, TimeProvider.System.GetUtcNow());

        verdict.Failure.ShouldBe(VerificationFailure.None, verdict.Fault?.ToString());
        host.IsFor(HostKeyPair.ParsePem(folder.Read("h.key")).PublicKey).ShouldBeTrue();
        CertificateAuthority.Load(folder.Read("ca.crt"), folder.Read("ca.key")).Certificate.Version.ShouldBe(version);
    }

    [Fact]
    public async Task Nebula_cert_signs_with_the_authority_we_made()
    {
        using TemporaryFolder folder = new();
        var pair = CaKeyPair.Generate();
        var now = TimeProvider.System.GetUtcNow();
        var authority = await CertificateAuthority.CreateAsync(
            new CaCertificateRequest
            {
                Name = "ours",
                NotBefore = now,
                NotAfter = now.AddDays(10),
            },
            pair,
            TestMesh.Token
        );
        var host = HostKeyPair.Generate();

        var signed = await RealProgram.NebulaCertAsync([
            "sign",
            "-name",
            "host",
            "-networks",
            "10.42.0.9/16",
            "-in-pub",
            folder.Write("h.pub", host.PublicKey.ToPem()),
            "-ca-crt",
            folder.Write("ca.crt", authority.Certificate.ToPem()),
            "-ca-key",
            folder.Write("ca.key", pair.ExportPem()),
            "-out-crt",
            folder.PathOf("h.crt"),
        ]);

        signed.Exit.ShouldBe(0, signed.ToString());
        var theirs = NebulaCertificate.ParsePem(folder.Read("h.crt"));
        theirs.IsFor(host.PublicKey).ShouldBeTrue();
        (await authority.SignAsync(theirs.Body, TestMesh.Token)).ToPem().ShouldBe(theirs.ToPem());
    }
}

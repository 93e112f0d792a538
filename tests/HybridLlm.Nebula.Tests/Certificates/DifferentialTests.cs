using System.Text.RegularExpressions;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>Thousands of random certificates, ours in the hands of the real nebula-cert and its in ours: no difference.</summary>
public sealed class DifferentialTests
{
    // 2,016 certificates each way: four kinds of authority, with and without limits, both host versions.
    private const int PerCombination = 126;
    private const int Mutations = 1000;

    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(
        TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()
    );

    public static TheoryData<NebulaCurve, CertificateVersion, bool> Authorities()
    {
        TheoryData<NebulaCurve, CertificateVersion, bool> data = [];
        foreach (var curve in Enum.GetValues<NebulaCurve>())
        {
            foreach (var version in Enum.GetValues<CertificateVersion>())
            {
                data.Add(curve, version, false);
                data.Add(curve, version, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Authorities))]
    public async Task Nebula_cert_reads_and_verifies_ours(NebulaCurve curve, CertificateVersion version, bool limited)
    {
        using TemporaryFolder folder = new();
        RandomCertificates random = new(RandomCertificates.Seed());
        var authority = await CertificateAuthority.CreateAsync(
            random.Authority(version, limited, s_now),
            CaKeyPair.Generate(curve),
            TestMesh.Token
        );
        List<NebulaCertificate> ours = [];
        foreach (var hostVersion in Enum.GetValues<CertificateVersion>())
        {
            for (var i = 0; i < PerCombination; i++)
            {
                var key = HostKeyPair.Generate(curve).PublicKey;
                var body = random.Host(authority.Certificate, hostVersion, key, s_now);
                ours.Add(await authority.SignAsync(body, TestMesh.Token));
            }
        }

        var bundle = folder.Write("bundle.crt", string.Concat(ours.Select(c => c.ToPem())));
        var ca = folder.Write("ca.crt", authority.Certificate.ToPem());

        var printed = await RealProgram.NebulaCertAsync("print", "-json", "-path", bundle);
        var verified = await RealProgram.NebulaCertAsync("verify", "-ca", ca, "-crt", bundle);

        printed.Output.ShouldBe(CertificateJson.Write(ours) + "\n");
        verified.Exit.ShouldBe(0, verified.ToString());
    }

    [Theory]
    [MemberData(nameof(Authorities))]
    public async Task We_read_verify_and_rebuild_nebula_certs(
        NebulaCurve curve,
        CertificateVersion version,
        bool limited
    )
    {
        using TemporaryFolder folder = new();
        RandomCertificates random = new(RandomCertificates.Seed());
        var request = random.Authority(version, limited, s_now);
        var made = await RealProgram.NebulaCertAsync([
            "ca",
            "-name",
            request.Name,
            "-curve",
            curve == NebulaCurve.P256 ? "P256" : "25519",
            "-version",
            version.ToString("D"),
            "-duration",
            $"{random.Next(1000) + 900}h{random.Next(3600)}s",
            "-groups",
            string.Join(',', request.Groups),
            "-networks",
            string.Join(',', request.Networks),
            "-unsafe-networks",
            string.Join(',', request.UnsafeNetworks),
            "-out-crt",
            folder.PathOf("ca.crt"),
            "-out-key",
            folder.PathOf("ca.key"),
        ]);
        made.Exit.ShouldBe(0, made.ToString());
        var authority = CertificateAuthority.Load(folder.Read("ca.crt"), folder.Read("ca.key"));
        var pool = CaPool.ParsePem(folder.Read("ca.crt"));
        var key = HostKeyPair.Generate(curve).PublicKey;
        var inPub = folder.Write("h.pub", key.ToPem());

        List<string> theirs = [];
        foreach (var hostVersion in Enum.GetValues<CertificateVersion>())
        {
            for (var i = 0; i < PerCombination; i++)
            {
                var body = random.Host(authority.Certificate, hostVersion, key, s_now);
                theirs.Add(await SignAsync(folder, inPub, body, random));
            }
        }

        var printed = await RealProgram.NebulaCertAsync(
            "print",
            "-json",
            "-path",
            folder.Write("bundle.crt", string.Concat(theirs))
        );
        var ours = theirs.Select(pem => NebulaCertificate.ParsePem(pem, CertificateReading.Strict)).ToList();

        CertificateJson.Write(ours).ShouldBe(printed.Output.TrimEnd('\n'));
        ours.Select(c => c.ToPem()).ShouldBe(theirs);
        ours.ShouldAllBe(c => pool.Verify(c, TimeProvider.System.GetUtcNow(), null).IsValid);
        if (curve == NebulaCurve.Curve25519)
        {
            foreach (var certificate in ours)
            {
                var rebuilt = await authority.SignAsync(certificate.Body, TestMesh.Token);
                rebuilt.ToPem().ShouldBe(certificate.ToPem());
            }
        }
    }

    [Theory]
    [InlineData("host/v1-25519-full")]
    [InlineData("host/v2-25519-sorted")]
    [InlineData("ca/v1-p256-limited")]
    [InlineData("ca/v2-p256-limited")]
    public async Task Damaged_certificates_read_the_same_or_not_at_all(string name)
    {
        using TemporaryFolder folder = new();
        RandomCertificates random = new(RandomCertificates.Seed());
        var original = PemBlock.ReadFirst(Vector.Text(name + ".crt"));

        for (var i = 0; i < Mutations / 4; i++)
        {
            var damaged = original with { Content = Damage(original.Content, random) };
            var file = folder.Write("damaged.crt", damaged.ToString());
            var printed = await RealProgram.NebulaCertAsync("print", "-json", "-path", file);
            var theirs = printed.Exit == 0 ? printed.Output.TrimEnd('\n') : "";

            Assert.Equal(Expected(theirs), PemTextTests.OurJson(damaged.ToString()));
        }
    }

    [Theory]
    [InlineData(NebulaCurve.Curve25519, CertificateVersion.V1)]
    [InlineData(NebulaCurve.Curve25519, CertificateVersion.V2)]
    [InlineData(NebulaCurve.P256, CertificateVersion.V1)]
    [InlineData(NebulaCurve.P256, CertificateVersion.V2)]
    public async Task Verdicts_on_what_nobody_should_have_signed_agree(NebulaCurve curve, CertificateVersion version)
    {
        using TemporaryFolder folder = new();
        RandomCertificates random = new(RandomCertificates.Seed());
        var key = CaKeyPair.Generate(curve);
        var limited = await CertificateAuthority.CreateAsync(
            random.Authority(version, true, s_now),
            key,
            TestMesh.Token
        );
        var open = await CertificateAuthority.CreateAsync(random.Authority(version, false, s_now), key, TestMesh.Token);
        CaPool pool = new([limited.Certificate]);
        var ca = folder.Write("ca.crt", limited.Certificate.ToPem());
        List<VerificationFailure> failures = [];

        for (var i = 0; i < PerCombination; i++)
        {
            var hostKey = HostKeyPair.Generate(curve).PublicKey;
            var source = random.Next(2) == 0 ? limited : open;
            var body = random.Host(source.Certificate, version, hostKey, s_now) with
            {
                Issuer = random.Next(20) == 0 ? open.Certificate.Fingerprint : limited.Certificate.Fingerprint,
                NotBefore = s_now.AddHours(random.Next(40) - 36),
                NotAfter = s_now.AddHours(random.Next(40) - 4).AddYears(random.Next(8) == 0 ? 40 : 0),
            };
            var forged = await ForgeAsync(body, random.Next(10) == 0 ? CaKeyPair.Generate(curve) : key);
            var theirs = await RealProgram.NebulaCertAsync(
                "verify",
                "-ca",
                ca,
                "-crt",
                folder.Write("f.crt", forged.ToPem())
            );
            var ours = pool.Verify(forged, TimeProvider.System.GetUtcNow());

            failures.Add(ours.Failure);
            Assert.Equal(theirs.Exit == 0, ours.IsValid);
            Assert.Contains(
                ours.IsValid ? "" : VerdictTests.Words[ours.Failure],
                theirs.Errors,
                StringComparison.Ordinal
            );
        }

        failures.Distinct().Count().ShouldBeGreaterThan(6);
    }

    // Stricter on purpose: nebula reads curves it does not know, with which nothing can be verified.
    private static string Expected(string theirs) => Regex.IsMatch(theirs, "\"curve\":\"[0-9-]+\"") ? "" : theirs;

    /// <summary>Signs without asking whether it may.</summary>
    private static async Task<NebulaCertificate> ForgeAsync(ToBeSignedCertificate body, CaKeyPair key)
    {
        var format = CertificateFormat.Of(body.Version);
        var details = format.EncodeDetails(body);
        return new NebulaCertificate(
            body,
            details,
            await key.SignAsync(format.SignedBytes(details, body), TestMesh.Token)
        );
    }

    private static byte[] Damage(byte[] content, RandomCertificates random)
    {
        List<byte> bytes = [.. content];
        for (var edits = random.Next(3); edits >= 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    private static async Task<string> SignAsync(
        TemporaryFolder folder,
        string inPub,
        ToBeSignedCertificate body,
        RandomCertificates random
    )
    {
        var duration = (int)(body.NotAfter - s_now).TotalSeconds;
        var signed = await RealProgram.NebulaCertAsync([
            "sign",
            "-name",
            body.Name,
            "-version",
            body.Version.ToString("D"),
            "-networks",
            string.Join(',', body.Networks),
            "-unsafe-networks",
            string.Join(',', body.UnsafeNetworks),
            "-groups",
            string.Join(random.Next(2) == 0 ? "," : " , ", body.Groups),
            "-duration",
            $"{duration % 100_000_000}s{random.Next(1000)}ms",
            "-in-pub",
            inPub,
            "-ca-crt",
            folder.PathOf("ca.crt"),
            "-ca-key",
            folder.PathOf("ca.key"),
            "-out-crt",
            "-",
        ]);
        signed.Exit.ShouldBe(0, $"{signed} {body}");
        return signed.Output;
    }
}

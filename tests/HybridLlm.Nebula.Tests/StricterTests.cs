using System.Text.RegularExpressions;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests;

/// <summary>
/// docs/errors.md lists where we are stricter than nebula on purpose. Each row is shown here: nebula does what the row says
/// (where that can be run), and we answer with the row's code. No row without a proof, no proof without a row.
/// </summary>
public sealed partial class StricterTests : IDisposable
{
    private const string Network = "10.42.0.9/16";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Rows() =>
        new(
            Row()
                .Matches(Section())
                .Select(m => (m.Groups["what"].Value.Trim(), m.Groups["here"].Value.Trim()))
                .Where(row => row.Item1 is not ("what" or "---"))
        );

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_row_is_true(string what, string here)
    {
        var code = what switch
        {
            "an empty file for certificates" => await EmptyFileAsync(),
            "an authority's certificate, signed by another, as a host's" => await AuthorityAsHostAsync(),
            "signing an empty name, or one above 253 bytes" => await LongNameAsync(),
            "signing a name or group that is no valid Unicode, or an empty group" => await BadTextAsync(),
            "signing a certificate above 65536 bytes" => await LargeAsync(),
            "one file for a key and a certificate" => await OneFileAsync(),
            "a certificate format of 258 and the like" => await VersionsAsync(),
            "encrypting a key with less than 8 KiB of Argon2 memory" => await LittleMemoryAsync(),
            "a life that ends before it begins" => await NegativeLifeAsync(),
            "a v1 host with several networks" => await SeveralNetworksAsync(),
            "reading a curve that nebula does not know either" => await UnknownCurveAsync(),
            "reading times outside the years 1 to 9999" => await FarTimesAsync(),
            "an Ed25519 key file whose halves differ" => await TwoHalvesAsync(),
            "an encrypted key that asks for terabytes of memory" => MemoryBomb(),
            "keys and certificates that are there already" => await OverwritingAsync(),
            "blocklist entries in capitals" => await CapitalsAsync(),
            // ValidatorTests proves these one by one.
            "configurations" => Traps(),
            _ => throw new InvalidOperationException($"No proof for the row '{what}'."),
        };

        here.ShouldContain(code);
    }

    [Fact]
    public void There_are_rows() => Rows().Count.ShouldBe(17);

    public void Dispose() => _folder.Dispose();

    private async Task<string> EmptyFileAsync()
    {
        await NebulaAcceptsAsync("verify", "-ca", Vector.Path("ca/v2-25519.crt"), "-crt", _folder.Write("empty", ""));
        return CodeOf(() => NebulaCertificate.ParseBundle(""));
    }

    private static async Task<string> AuthorityAsHostAsync()
    {
        var (ca, certificate) = (Vector.Path("ca/v2-25519.crt"), Vector.Path("neg/ca-signed-by-ca.crt"));
        await NebulaAcceptsAsync("verify", "-ca", ca, "-crt", certificate);
        var pool = CaPool.ParsePem(Vector.Text("ca/v2-25519.crt"));
        return pool.Verify(Vector.Certificate("neg/ca-signed-by-ca"), Vector.Now).Fault!.Code;
    }

    private async Task<string> LongNameAsync()
    {
        await NebulaSignsAsync("-name", new string('x', 254));
        return await CodeOfIssuingAsync(name: new string('x', 254));
    }

    private async Task<string> BadTextAsync()
    {
        const string Sign = "exec \"$0\" sign -name \"$(printf 'a\\377')\" -networks 10.42.0.9/16 \"$@\"";
        var signed = await RealProgram.RunAsync("/bin/sh", [], ["-c", Sign, Program, .. Files()]);
        signed.Exit.ShouldBe(0, signed.ToString());
        return await CodeOfIssuingAsync(name: "a\uD800");
    }

    private async Task<string> LargeAsync()
    {
        string[] groups = [.. Enumerable.Range(0, 2600).Select(i => $"group {i:D20}")];
        await NebulaSignsAsync("-name", "h", "-groups", string.Join(',', groups));
        var printed = await RealProgram.NebulaCertAsync("print", "-path", _folder.PathOf("h.crt"));
        printed.Exit.ShouldBe(1, "nor can it read it");
        return await CodeOfAsync(() =>
            Authority().SignAsync(Body(CertificateVersion.V2) with { Groups = groups }, TestMesh.Token)
        );
    }

    private async Task<string> OneFileAsync()
    {
        var path = _folder.PathOf("one");
        string[] ca = ["ca", "-name", "home", "-out-key", path, "-out-crt", path];
        await NebulaAcceptsAsync(ca);
        _folder.Read("one").ShouldNotContain("PRIVATE KEY");
        File.Delete(path);
        (await OursAsync(ca)).Errors.ShouldContain("one file");
        File.Exists(path).ShouldBeFalse();
        return "refused before anything is written";
    }

    private async Task<string> VersionsAsync()
    {
        await NebulaSignsAsync("-name", "h", "-version", "258");
        (await OursAsync(["sign", "-name", "h", "-version", "258", "-networks", Network, .. Files()])).Exit.ShouldBe(1);
        return "refused";
    }

    private async Task<string> LittleMemoryAsync()
    {
        string[] ca = ["ca", "-name", "home", "-encrypt", "-argon-memory", "7"];
        Dictionary<string, string> environment = new() { ["NEBULA_CA_PASSPHRASE"] = "open" };
        string[] files = ["-out-key", _folder.PathOf("little.key"), "-out-crt", _folder.PathOf("little.crt")];
        var theirs = await RealProgram.NebulaCertAsync(environment, [.. ca, .. files]);
        theirs.Exit.ShouldBe(0, theirs.ToString());

        // What it makes so, we read.
        CaKeyPair.ParsePem(_folder.Read("little.key"), "open").PublicKey.Bytes.Length.ShouldBe(32);
        Should.Throw<ArgumentException>(() =>
            EncryptedCaKey.Encrypt(CaKeyPair.Generate(), "open", new Argon2Settings { MemoryKiB = 7 })
        );
        return "refused";
    }

    private Task<RealProgram.Answer> OursAsync(string[] words) =>
        Scripts.NebulaCertScript.OursAsync(new(_folder.Path, words));

    private async Task<string> NegativeLifeAsync()
    {
        await NebulaSignsAsync("-name", "h", "-duration", "-5h");
        return await CodeOfIssuingAsync(life: TimeSpan.FromHours(-5));
    }

    private async Task<string> SeveralNetworksAsync()
    {
        var body = Body(CertificateVersion.V1) with { Networks = TestMesh.Prefixes("10.42.0.9/16,10.43.0.9/16") };
        await NebulaReadsAsync(CertificateV1(body));
        return await CodeOfAsync(() => Authority().SignAsync(body, TestMesh.Token));
    }

    private async Task<string> UnknownCurveAsync()
    {
        var certificate = CertificateV1(Body(CertificateVersion.V1) with { Curve = (NebulaCurve)7 });
        await NebulaReadsAsync(certificate);
        return CodeOf(() => NebulaCertificate.ParsePem(certificate));
    }

    private async Task<string> FarTimesAsync()
    {
        var details = new ProtobufWriter().Text(1, "h").Packed(2, [0x0A2A0009, 0xFFFF0000]).Varint(6, 1UL << 60);
        var certificate = Pem(new ProtobufWriter().Message(1, details.Bytes(7, new byte[32])).Bytes(2, new byte[64]));
        await NebulaReadsAsync(certificate);
        return CodeOf(() => NebulaCertificate.ParsePem(certificate));
    }

    private async Task<string> TwoHalvesAsync()
    {
        var bytes = PemBlock.ReadFirst(Vector.Text("ca/v2-25519.key")).Content;
        bytes[0] ^= 1;
        var pem = PemBlock.Write("NEBULA ED25519 PRIVATE KEY", bytes);
        string[] files = [.. Files().Take(2), "-ca-key", _folder.Write("ca.key", pem), .. Files().Skip(4)];
        await NebulaAcceptsAsync(["sign", "-name", "h", "-networks", Network, .. files]);
        return CodeOf(() => CaKeyPair.ParsePem(pem));
    }

    // Nebula's side is not run: it would try.
    private static string MemoryBomb()
    {
        var argon2 = new ProtobufWriter().Varint(1, 19).Varint(2, uint.MaxValue).Varint(3, 1).Varint(4, 1);
        var metadata = new ProtobufWriter().Text(1, "AES-256-GCM").Message(2, argon2.Bytes(5, new byte[32]));
        var content = new ProtobufWriter().Message(1, metadata).Bytes(2, new byte[92]).ToArray();
        var pem = PemBlock.Write("NEBULA ED25519 ENCRYPTED PRIVATE KEY", content);
        return CodeOf(() => EncryptedCaKey.ParsePem(pem).Decrypt("open"));
    }

    private async Task<string> OverwritingAsync()
    {
        string[] keygen = ["keygen", "-out-key", _folder.PathOf("k"), "-out-pub", _folder.PathOf("k.pub")];
        await NebulaAcceptsAsync(keygen);
        await NebulaAcceptsAsync(keygen);
        BundleFile file = new("k", HostKeyPair.Generate().ExportPem());
        return await CodeOfAsync(() =>
            BundleWriter.WriteAsync(_folder.Path, [file], cancellationToken: TestMesh.Token)
        );
    }

    private async Task<string> CapitalsAsync()
    {
        var authority = await TestMesh.AuthorityAsync();
        var key = HostKeyPair.Generate();
        var host = await authority.IssueAsync("h", key.PublicKey);
        var (ca, crt) = (_folder.Write("ca", authority.Certificate.ToPem()), _folder.Write("crt", host.ToPem()));
        var keyFile = _folder.Write("key", key.ExportPem());
        var capitals = host.Fingerprint.ToUpperInvariant();
        var yaml = $"pki: {{ca: {ca}, cert: {crt}, key: {keyFile}, blocklist: [{capitals}]}}";

        (await RealProgram.NebulaTestAsync(_folder.Write("config.yml", yaml))).Exit.ShouldBe(0);
        new CertificateBlocklist([capitals]).Contains(host).ShouldBeTrue();
        return NebulaConfigValidator.Validate(yaml).First(f => f.Severity == ConfigSeverity.Error).Fault.Code;
    }

    private static string Traps()
    {
        Configuration.ConfigTraps.All.ShouldAllBe(c => c.NebulaAccepts && c.Code != null);
        return "an error";
    }

    private static string Program => RealTools.Require("bin/nebula-cert");

    private static CertificateAuthority Authority() => Vector.Authority("ca/v2-25519");

    private static ToBeSignedCertificate Body(CertificateVersion version) =>
        Vector.Certificate("host/v2-25519-dual").Body with
        {
            Version = version,
            Networks = TestMesh.Prefixes(Network),
            UnsafeNetworks = [],
        };

    /// <summary>A v1 certificate as nobody would sign it: print does not look at signatures.</summary>
    private static string CertificateV1(ToBeSignedCertificate body)
    {
        var format = CertificateFormat.Of(CertificateVersion.V1);
        return PemBlock.Write(format.PemLabel, format.Encode(format.EncodeDetails(body), body, new byte[64]));
    }

    private static string Pem(ProtobufWriter certificate) =>
        PemBlock.Write("NEBULA CERTIFICATE", certificate.ToArray());

    private string[] Files() =>
        [
            "-ca-crt",
            Vector.Path("ca/v2-25519.crt"),
            "-ca-key",
            Vector.Path("ca/v2-25519.key"),
            "-in-pub",
            Vector.Path("keys/x25519.pub"),
            "-out-crt",
            _folder.PathOf("h.crt"),
        ];

    private Task NebulaSignsAsync(params string[] words) =>
        NebulaAcceptsAsync(["sign", "-networks", Network, .. words, .. Files()]);

    private async Task NebulaReadsAsync(string pem)
    {
        var printed = await RealProgram.NebulaCertAsync("print", "-path", _folder.Write("some.crt", pem));
        printed.Exit.ShouldBe(0, printed.ToString());
    }

    private static async Task NebulaAcceptsAsync(params string[] words)
    {
        var answer = await RealProgram.NebulaCertAsync(words);
        answer.Exit.ShouldBe(0, answer.ToString());
    }

    private static Task<string> CodeOfIssuingAsync(string name = "h", TimeSpan? life = null) =>
        CodeOfAsync(() =>
            Authority()
                .IssueAsync(
                    new HostCertificateRequest
                    {
                        Name = name,
                        PublicKey = HostPublicKey.ParsePem(Vector.Text("keys/x25519.pub")),
                        Networks = TestMesh.Prefixes(Network),
                        NotBefore = Vector.Now,
                        NotAfter = Vector.Now + life,
                    },
                    TestMesh.Token
                )
        );

    private static string CodeOf(Func<object> act) => Should.Throw<NebulaException>(() => act()).Code;

    private static async Task<string> CodeOfAsync(Func<Task> act) =>
        (await Should.ThrowAsync<NebulaException>(act)).Code;

    private static string Section()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "errors.md"));
        var start = page.IndexOf("### Where we are stricter than nebula on purpose", StringComparison.Ordinal);
        return page[start..page.IndexOf("\n### ", start + 4, StringComparison.Ordinal)];
    }

    [GeneratedRegex(@"^\|(?<what>[^|]*)\|(?<nebula>[^|]*)\|(?<here>[^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}

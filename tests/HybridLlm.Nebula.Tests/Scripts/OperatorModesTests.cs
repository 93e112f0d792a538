using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Scripts;

/// <summary>The modes the script has and nebula-cert has not.</summary>
public sealed class OperatorModesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Renew_replaces_a_certificate_when_it_is_due()
    {
        await GoodAsync("ca", "-name", "home");
        await GoodAsync("sign", "-name", "nas", "-networks", "10.201.0.2/16", "-groups", "a,b", "-duration", "100h");
        var before = NebulaCertificate.ParsePem(_folder.Read("nas.crt"));

        await GoodAsync("renew", "-crt", "nas.crt");
        _folder.Read("nas.crt").ShouldBe(before.ToPem());
        await GoodAsync("renew", "-crt", "nas.crt", "-force", "-duration", "200h");

        var after = NebulaCertificate.ParsePem(_folder.Read("nas.crt"));
        (after.NotAfter - after.NotBefore).ShouldBe(TimeSpan.FromHours(200));
        (after.Name, after.Issuer, after.Version).ShouldBe((before.Name, before.Issuer, before.Version));
        after.Networks.ShouldBe(before.Networks);
        after.Groups.ShouldBe(before.Groups);
        after.IsFor(HostKeyPair.ParsePem(_folder.Read("nas.key")).PublicKey).ShouldBeTrue();
        var verified = await RealProgram.NebulaCertAsync(
            "verify",
            "-ca",
            _folder.PathOf("ca.crt"),
            "-crt",
            _folder.PathOf("nas.crt")
        );
        verified.Exit.ShouldBe(0, verified.ToString());
    }

    [Fact]
    public async Task Rotate_leads_a_mesh_to_a_new_authority_and_never_skips_a_step()
    {
        var (old, replacement) = (await AuthorityAsync("old"), await AuthorityAsync("new"));
        await NodeAsync("mesh/nas", old);
        await NodeAsync("mesh/app", old);
        string[] rotate =
        [
            "rotate",
            "-dir",
            "mesh",
            "-old-crt",
            "old.crt",
            "-new-crt",
            "new.crt",
            "-ca-key",
            "new.key",
        ];

        await GoodAsync(rotate);
        Authorities("nas").ShouldBe([old.Fingerprint, replacement.Fingerprint]);
        Own("nas").Issuer.ShouldBe(old.Fingerprint);

        // Whoever undoes a step is asked for it again.
        _folder.Write("mesh/app/ca.crt", old.ToPem());
        (await OursAsync([.. rotate, "-confirmed"])).Exit.ShouldBe(1);
        Authorities("app").ShouldBe([old.Fingerprint, replacement.Fingerprint]);

        await GoodAsync([.. rotate, "-confirmed"]);
        Own("app").Issuer.ShouldBe(replacement.Fingerprint);
        Authorities("app").ShouldBe([old.Fingerprint, replacement.Fingerprint]);
        await GoodAsync([.. rotate, "-confirmed"]);
        Authorities("app").ShouldBe([replacement.Fingerprint]);
        await GoodAsync([.. rotate, "-confirmed"]);
        _folder.Read("mesh/rotation.json").ShouldContain("\"phase\": \"Done\"");
        (await OursAsync([.. rotate, "-confirmed"])).Errors.ShouldContain("done");

        string[] back = [.. rotate[..^1], "old.key"];
        await GoodAsync([.. back, "-back"]);
        Authorities("nas").ShouldBe([replacement.Fingerprint, old.Fingerprint], ignoreOrder: true);
        await GoodAsync([.. back, "-confirmed"]);
        Own("nas").Issuer.ShouldBe(old.Fingerprint);
    }

    [Fact]
    public async Task Lint_finds_what_nebula_ignores_with_its_line()
    {
        await NodeAsync("good", await AuthorityAsync("old"));
        _folder.Write("bad.yml", _folder.Read("good/config.yml") + "\nlistne:\n  port: 4242\n");

        (await GoodAsync("lint", "good")).Output.ShouldNotContain("error");
        var bad = await OursAsync("lint", "bad.yml");

        bad.Exit.ShouldBe(1);
        bad.Output.ShouldMatch(@"bad\.yml:[0-9]+: error: listne: .*Did you mean listen\?");
        (await OursAsync("lint", "nothing.yml")).Exit.ShouldBe(1);
        (await OursAsync("lint")).Errors.ShouldContain("required");
    }

    [Fact]
    public async Task Explain_says_where_a_packet_ends()
    {
        var authority = await AuthorityAsync("old");
        await NodeAsync("app", authority, "10.201.0.3/16");
        await NodeAsync("nas", authority, "10.201.0.2/16");

        var ssh = await OursAsync("explain", "-from", "app", "-to", "nas/config.yml", "-port", "22");
        var ping = await OursAsync("explain", "-from", "app", "-to", "nas", "-proto", "icmp");
        var elsewhere = await OursAsync("explain", "-from", "app", "-to", "nas", "-to-addr", "192.168.1.1");

        (ssh.Exit, ping.Exit, elsewhere.Exit).ShouldBe((1, 0, 1), $"{ssh}{ping}{elsewhere}");
        ssh.Output.ShouldContain("FAILS  Inbound");
        elsewhere.Output.ShouldContain("FAILS  Route");
    }

    [Fact]
    public async Task Probe_reaches_a_real_lighthouse()
    {
        await GoodAsync("ca", "-name", "home");
        await GoodAsync("sign", "-name", "host", "-networks", "10.201.0.1/16");
        await GoodAsync("sign", "-name", "probe", "-networks", "10.201.32.1/16", "-groups", "probe");
        var port = RealNebula.FreeUdpPort();
        var config = NodeConfigPlanner.Plan(
            new NodeConfigSpec
            {
                Role = MeshRole.Lighthouse,
                Pki = HostBundle.PkiIn(_folder.Path),
                Lighthouses = [],
                Device = null,
                ListenHost = "127.0.0.1",
                ListenPort = port,
            }
        );
        await using var nebula = await RealNebula.StartAsync(
            RealTools.Require("bin/nebula"),
            _folder.Write("config.yml", NebulaConfigWriter.Write(config))
        );
        string[] probe = ["probe", "-ca", "ca.crt", "-crt", "probe.crt", "-key", "probe.key"];

        var reached = await OursAsync([.. probe, "-query", "10.201.32.1", $"127.0.0.1:{port}"]);
        var wrong = await OursAsync([.. probe, "-cipher", "chachapoly", $"127.0.0.1:{port}"]);

        reached.Exit.ShouldBe(0, reached.ToString());
        reached.Output.ShouldContain("'host'");
        reached.Output.ShouldContain("10.201.32.1 is at 127.0.0.1:");
        wrong.Exit.ShouldBe(1);
        wrong.Output.ShouldContain("WrongCipher");
    }

    private Task<RealProgram.Answer> OursAsync(params string[] words) =>
        NebulaCertScript.OursAsync(new(_folder.Path, words));

    private async Task<RealProgram.Answer> GoodAsync(params string[] words)
    {
        var answer = await OursAsync(words);
        answer.Exit.ShouldBe(0, $"{string.Join(' ', words)}: {answer}");
        return answer;
    }

    private async Task<NebulaCertificate> AuthorityAsync(string name)
    {
        await GoodAsync("ca", "-name", name, "-out-crt", $"{name}.crt", "-out-key", $"{name}.key");
        return NebulaCertificate.ParsePem(_folder.Read($"{name}.crt"));
    }

    /// <summary>A folder with the files of a node, made by the script's own <c>sign</c>.</summary>
    private async Task NodeAsync(string folder, NebulaCertificate authority, string networks = "10.201.0.2/16")
    {
        var path = Directory.CreateDirectory(_folder.PathOf(folder)).FullName;
        await GoodAsync([
            "sign",
            "-name",
            Path.GetFileName(folder),
            "-networks",
            networks,
            "-ca-crt",
            $"{authority.Name}.crt",
            "-ca-key",
            $"{authority.Name}.key",
            "-out-crt",
            $"{folder}/host.crt",
            "-out-key",
            $"{folder}/host.key",
        ]);
        _folder.Write($"{folder}/ca.crt", authority.ToPem());
        NodeConfigSpec spec = new()
        {
            Role = MeshRole.Host,
            Pki = HostBundle.PkiIn(path),
            Lighthouses = [new StaticHost(TestMesh.LighthouseAddress, [new NebulaEndpoint("192.0.2.1", 4242)])],
        };
        _folder.Write($"{folder}/config.yml", NebulaConfigWriter.Write(NodeConfigPlanner.Plan(spec)));
    }

    private IEnumerable<string> Authorities(string node) =>
        NebulaCertificate.ParseBundle(_folder.Read($"mesh/{node}/ca.crt")).Select(c => c.Fingerprint);

    private NebulaCertificate Own(string node) => NebulaCertificate.ParsePem(_folder.Read($"mesh/{node}/host.crt"));
}

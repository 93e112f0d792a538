using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Configuration;

/// <summary>The validator finds all that the real <c>nebula -test</c> refuses, and what it lets through.</summary>
public sealed class ValidatorTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _words = [];

    public static TheoryData<int, string> Cases() => new(All.Select((c, i) => (i, c.Name)));

    private static ConfigCase[] All => [.. ConfigCase.Works, .. ConfigCase.Refused, .. ConfigTraps.All];

    /// <summary>Files the cases name: certificates of a node that is 10.201.0.2/16 and routes for 192.168.9.0/24.</summary>
    public async ValueTask InitializeAsync()
    {
        var authority = await TestMesh.AuthorityAsync();
        var other = await TestMesh.AuthorityAsync();
        var expired = await TestMesh.AuthorityAsync(change: r => r with { NotAfter = r.NotBefore.AddMinutes(1) });
        var key = HostKeyPair.Generate();
        var host = await authority.IssueAsync("node", key.PublicKey, "10.201.0.2/16", "192.168.9.0/24");
        var late = await authority.SignAsync(
            host.Body with
            {
                NotAfter = host.NotBefore.AddMinutes(1),
            },
            TestMesh.Token
        );

        _words["EXPIREDCA"] = _folder.Write("expired-ca.crt", expired.Certificate.ToPem());
        _words["OTHERCA"] = _folder.Write("other-ca.crt", other.Certificate.ToPem());
        _words["OTHERKEY"] = _folder.Write("other.key", HostKeyPair.Generate().ExportPem());
        _words["EXPIRED"] = _folder.Write("expired.crt", late.ToPem());
        _words["TWICE"] = _folder.Write("twice.crt", host.ToPem() + late.ToPem());
        _words["FINGERPRINT"] = host.Fingerprint;
        _words["CERT"] = _folder.Write("host.crt", host.ToPem());
        _words["KEY"] = _folder.Write("host.key", key.ExportPem());
        _words["CA"] = _folder.Write("ca.crt", authority.Certificate.ToPem());
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Of_what_is_no_yaml_nothing_else_is_said() =>
        NebulaConfigValidator.Validate("listen: [").Single().Fault.Code.ShouldBe("config-yaml");

    [Theory]
    [InlineData("b: !!st[r y\n")]
    [InlineData("%TAG ! \n---\nb: c\n")]
    [InlineData("a: {b: [c, d: e], ? f : g}\n# c\n\tx: y\n<< {a: b}\n")]
    [InlineData("a: \"\\U99999999\"\n")]
    [InlineData("a: *nothing\n")]
    public void What_the_parser_stumbles_over_is_no_yaml(string text) =>
        NebulaConfigValidator.Validate(text).ShouldHaveSingleItem().Fault.Code.ShouldBe("config-yaml");

    // Not run: nebula takes all memory it can get.
    [Fact]
    public void Retries_without_end_are_an_error() =>
        NebulaConfigValidator
            .Validate(new NebulaConfig { Handshakes = new HandshakesConfig { Retries = 65536 } })
            .ShouldContain(f => f.Path == "handshakes.retries" && f.Severity == ConfigSeverity.Error);

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 50_000)]
    [InlineData("- ", 50_000)]
    public void Deep_nesting_is_refused_at_once(string text, int times) =>
        NebulaConfigValidator
            .Validate(string.Concat(Enumerable.Repeat(text, times)))
            .ShouldContain(f => f.Fault.Code == "config-yaml");

    [Fact]
    public void Files_of_a_folder_that_refer_to_themselves_are_refused()
    {
        ConfigFile[] files = [new("a.yml", "tun: &a {x: *a}"), new("b.yml", "tun: &a {x: *a}")];

        NebulaConfigValidator.Validate(files).ShouldAllBe(f => f.Fault.Code == "config-yaml");
    }

    [Fact]
    public void There_are_enough_cases() => All.Length.ShouldBeGreaterThan(100);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_real_nebula_agrees_with_the_table(int index, string name)
    {
        var path = _folder.Write("config.yml", Yaml(All[index]));

        var answer = await RealProgram.NebulaTestAsync(path);

        (answer.Exit == 0).ShouldBe(All[index].NebulaAccepts, $"{name}: {answer}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_validator_agrees_with_the_table(int index, string name)
    {
        var (wanted, yaml) = (All[index], Yaml(All[index]));
        var config = NebulaConfigReader.Read(yaml).Config;
        var now = TimeProvider.System.GetUtcNow();
        var material = await PkiMaterial.ReadAsync(config.Pki, _folder.Path, now, TestMesh.Token);

        var findings = NebulaConfigValidator.Validate(yaml, material);

        var errors = findings.Where(f => f.Severity == ConfigSeverity.Error).ToList();
        var all = $"{name}: {string.Join(" | ", findings)}";
        if (wanted.Code is null)
        {
            errors.ShouldBeEmpty(all);
            return;
        }

        var found = errors.Find(e => e.Fault.Code == wanted.Code);
        found.ShouldNotBeNull(all);
        (wanted.Line == 0 || found.Line == wanted.Line).ShouldBeTrue(all);
        found.Fault.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public void All_faults_come_at_once_each_with_its_line()
    {
        const string Yaml = """
            pki: {ca: /a, cert: /b}
            lisen:
              port: 4242
            tun:
              mtu: 99
              unsafe_routes:
                - route: 10.0.0.0/8
            firewall:
              inbound:
                - port: any
                  proto: any
                  host: any
                - {port: 22, proto: tcp}
            """;

        NebulaConfigValidator
            .Validate(Yaml)
            .Where(f => f.Severity == ConfigSeverity.Error)
            .Select(f => $"{f.Line} {f.Path} {f.Fault.Code}")
            .ShouldBe([
                "1 pki.key config-pki-missing",
                "2 lisen config-unknown-key",
                "5 tun.mtu config-value",
                "7 tun.unsafe_routes[0] config-unsafe-route",
                "13 firewall.inbound[1] config-rule-selector",
            ]);
        NebulaConfigValidator
            .Validate(Yaml)
            .ShouldContain(f => f.Fault.Code == "config-unknown-key" && f.Fault.Remedy == "Did you mean listen?");
    }

    [Fact]
    public void What_only_looks_odd_is_a_warning()
    {
        var findings = NebulaConfigValidator.Validate("pki: {ca: a, cert: b, key: c}\npunch_back: true");

        findings.ShouldAllBe(f => f.Severity == ConfigSeverity.Warning);
        findings
            .Select(f => f.Fault.Code)
            .ShouldBe(
                ["config-firewall-empty", "config-firewall-empty", "config-no-lighthouse", "config-deprecated"],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task A_folder_is_merged_as_nebula_merges_it()
    {
        ConfigFile[] files =
        [
            new(
                "2.yml",
                "punchy: {punch: false}\ntun: {mtu: 1500}\nlisten: {port: 0}\nfirewall: {inbound: [{port: 2, proto: tcp, host: any}]}"
            ),
            new(
                "1.yml",
                Yaml(
                    new ConfigCase(
                        "",
                        "PKI\npunchy: {punch: true}\ntun: {mtu: 1400}\nlisten: {port: 4242}\nfirewall: {inbound: [{port: 1, proto: tcp, host: any}]}",
                        true,
                        null
                    )
                )
            ),
        ];
        using TemporaryFolder configs = new();
        Array.ForEach(files, f => configs.Write(f.Name, f.Text));

        var read = NebulaConfigReader.Read(files);
        var real = await RealProgram.NebulaTestAsync(configs.Path);

        real.Output.ShouldContain(@"punch: true\n");
        real.Output.ShouldContain(@"mtu: 1500\n");
        real.Output.ShouldContain(@"port: 4242\n");
        read.Config.Punchy.Punch.ShouldBe(true);
        read.Config.Tun.Mtu.ShouldBe(1500);
        read.Config.Listen.Port.ShouldBe(4242);
        read.Config.Firewall.Inbound.Select(r => r.Ports.First).ShouldBe([2, 1]);
        read.Findings.Select(f => $"{f.File} {f.Line} {f.Path} {f.Fault.Code}")
            .ShouldBe(["2.yml 1 punchy.punch config-merge-zero", "2.yml 3 listen.port config-merge-zero"]);
    }

    [Fact]
    public async Task An_inlined_pki_is_checked_too()
    {
        NebulaConfig config = new()
        {
            Pki = new PkiConfig
            {
                Ca = File.ReadAllText(_words["CA"]),
                Certificate = File.ReadAllText(_words["CERT"]),
                Key = File.ReadAllText(_words["OTHERKEY"]),
            },
        };
        var material = await PkiMaterial.ReadAsync(config.Pki, null, TimeProvider.System.GetUtcNow(), TestMesh.Token);

        var errors = NebulaConfigValidator.Validate(config, material).Where(f => f.Severity == ConfigSeverity.Error);

        errors.ShouldHaveSingleItem().Fault.Code.ShouldBe("config-key-mismatch");
    }

    private string Yaml(ConfigCase wanted) =>
        _words.Aggregate(
            wanted.Yaml.Replace("PKI", "pki: {ca: CA, cert: CERT, key: KEY}", StringComparison.Ordinal),
            (yaml, word) => System.Text.RegularExpressions.Regex.Replace(yaml, $@"\b{word.Key}\b", word.Value)
        );
}

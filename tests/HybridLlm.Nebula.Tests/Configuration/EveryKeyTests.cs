using System.Collections;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Configuration;

public sealed class EveryKeyTests
{
    [Fact]
    public void The_example_sets_every_key() =>
        Unset("", Everything.Config).ShouldBe(["Firewall.Outbound[0]", "Firewall.Inbound[0]"]);

    [Fact]
    public void Every_key_is_written_and_reads_back_the_same()
    {
        var text = NebulaConfigWriter.Write(Everything.Config);
        var read = NebulaConfigReader.Read(text);

        Golden.Match("everything.yml", text);
        read.Findings.ShouldBeEmpty();
        ConfigDiff.Between(Everything.Config, read.Config).Changes.ShouldBeEmpty();
        NebulaConfigWriter.Write(read.Config).ShouldBe(text);
    }

    [Fact]
    public async Task The_real_nebula_accepts_every_key()
    {
        using TemporaryFolder folder = new();
        var authority = await TestMesh.AuthorityAsync();
        var key = HostKeyPair.Generate();
        HostBundle bundle = new()
        {
            Authorities = [authority.Certificate],
            Certificates = [await authority.IssueAsync("node", key.PublicKey)],
            Key = key,
            Config = Everything.Config with { Pki = HostBundle.PkiIn(folder.Path) },
        };
        await BundleWriter.WriteAsync(folder.Path, bundle.Files(), cancellationToken: TestMesh.Token);

        var answer = await RealProgram.NebulaTestAsync(folder.PathOf(BundleFile.ConfigName));

        answer.Exit.ShouldBe(0, answer.ToString());
    }

    [Fact]
    public void Every_key_that_goes_away_shows_in_the_diff()
    {
        var leaves = NebulaConfigWriter
            .Write(Everything.Config)
            .Split('\n')
            .Count(line => line.Contains(':', StringComparison.Ordinal) && !line.TrimStart().StartsWith('#'));
        var changes = ConfigDiff.Between(Everything.Config, new NebulaConfig());

        changes.Effect.ShouldBe(ConfigChangeEffect.Restart);
        changes.Changes.Count.ShouldBeInRange(90, leaves);
        changes.Changes.Select(c => c.Path).ShouldBeUnique();
        ConfigDiff.Between(new NebulaConfig(), Everything.Config).Changes.ShouldBe(changes.Changes);
    }

    [Fact]
    public void Rules_and_trust_are_reloaded_but_a_socket_is_not()
    {
        var before = Everything.Config;
        var reloadable = before with
        {
            Firewall = before.Firewall with { Inbound = [] },
            Pki = before.Pki with { Blocklist = [] },
            Tun = before.Tun with { Mtu = 1300 },
        };

        ConfigDiff.Between(before, before).Effect.ShouldBeNull();
        ConfigDiff
            .Between(before, reloadable)
            .Changes.Select(c => c.ToString())
            .ShouldBe(["pki.blocklist (reload)", "tun.mtu (reload)", "firewall.inbound (reload)"]);
        ConfigDiff
            .Between(before, reloadable with { Listen = before.Listen with { Port = 1 } })
            .Effect.ShouldBe(ConfigChangeEffect.Restart);
    }

    // Where a property is null or an empty list. Rules are looked at one by one: the second sets what the first leaves.
    private static IEnumerable<string> Unset(string path, object value)
    {
        foreach (var property in value.GetType().GetProperties().Where(p => p.CanWrite && p.Name != "Purpose"))
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            switch (property.GetValue(value))
            {
                case null:
                    yield return at[..at.LastIndexOf('.')];
                    yield break;
                case IList { Count: 0 }:
                    yield return at[..at.LastIndexOf('.')];
                    yield break;
                case IEnumerable<object> items:
                    foreach (var inner in items.Where(IsOurs).SelectMany((item, i) => Unset($"{at}[{i}]", item)))
                    {
                        yield return inner;
                    }

                    break;
                case { } section when IsOurs(section):
                    foreach (var inner in Unset(at, section))
                    {
                        yield return inner;
                    }

                    break;
            }
        }
    }

    private static bool IsOurs(object value) =>
        value.GetType() is { IsClass: true, Assembly: var assembly } && assembly == typeof(NebulaConfig).Assembly;
}

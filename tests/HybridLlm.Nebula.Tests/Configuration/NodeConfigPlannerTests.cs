using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Configuration;

public sealed class NodeConfigPlannerTests
{
    private static readonly NodeConfigSpec s_host = new()
    {
        Role = MeshRole.Host,
        Pki = HostBundle.PkiIn("/etc/nebula"),
        Lighthouses = [new StaticHost(TestMesh.LighthouseAddress, [new NebulaEndpoint("203.0.113.7", 4242)])],
        RelayThroughLighthouses = true,
        PreferredRanges = TestMesh.Prefixes("192.168.1.0/24"),
        UnsafeRoutes =
        [
            new UnsafeRoute
            {
                Route = NebulaPrefix.Parse("10.211.0.0/24"),
                Via = [new UnsafeGateway { Gateway = IPAddress.Parse("10.201.128.1") }],
            },
        ],
    };

    public static TheoryData<MeshRole> Roles() => [.. Enum.GetValues<MeshRole>()];

    [Theory]
    [MemberData(nameof(Roles))]
    public void A_roles_configuration_is_as_reviewed(MeshRole role) =>
        Golden.Match($"{role}.yml".ToLowerInvariant(), NebulaConfigWriter.Write(NodeConfigPlanner.Plan(Spec(role))));

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task The_real_nebula_accepts_a_roles_configuration(MeshRole role)
    {
        using TemporaryFolder folder = new();
        var path = await WriteAsync(folder, Spec(role));

        var answer = await RealProgram.NebulaTestAsync(path);

        answer.Exit.ShouldBe(0, answer.ToString());
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void What_is_planned_has_no_fault_and_reads_back_the_same(MeshRole role)
    {
        var text = NebulaConfigWriter.Write(NodeConfigPlanner.Plan(Spec(role)));

        NebulaConfigValidator.Validate(text).ShouldBeEmpty();
        NebulaConfigWriter.Write(Uncommented(NebulaConfigReader.Read(text).Config)).ShouldBe(WithoutPurposes(text));
    }

    [Fact]
    public async Task A_real_lighthouse_starts_with_our_configuration_and_stays_up()
    {
        using TemporaryFolder folder = new();
        var metrics = $"127.0.0.1:{RealNebula.FreeTcpPort()}";
        var path = await WriteAsync(
            folder,
            Spec(MeshRole.Lighthouse) with
            {
                Device = null,
                ListenHost = "127.0.0.1",
                ListenPort = RealNebula.FreeUdpPort(),
                Stats = new StatsConfig
                {
                    Type = StatsType.Prometheus,
                    Listen = metrics,
                    Path = "/metrics",
                    Interval = TimeSpan.FromMilliseconds(50),
                },
            }
        );
        using HttpClient http = new();
        Uri page = new($"http://{metrics}/metrics");

        await using var lighthouse = await RealNebula.StartAsync(RealTools.Require("bin/nebula"), path);

        // The lifetime of our certificate counts down on its page: it runs, and it read what we wrote.
        string text;
        do
        {
            text = await Page(http, page);
        } while (!text.Contains("certificate_ttl_seconds", StringComparison.Ordinal));
        text.ShouldContain("certificate_max_version 2");
    }

    private static async Task<string> Page(HttpClient http, Uri page)
    {
        try
        {
            return await http.GetStringAsync(page, TestMesh.Token);
        }
        catch (HttpRequestException)
        {
            // The page comes up a moment after the node.
            return "";
        }
    }

    [Fact]
    public void Ipv6_lighthouses_make_a_member_listen_on_both_families()
    {
        var config = NodeConfigPlanner.Plan(
            s_host with
            {
                Lighthouses =
                [
                    new StaticHost(TestMesh.LighthouseAddress, [NebulaEndpoint.Parse("[2001:db8::7]:4242")]),
                ],
            }
        );

        config.Listen.Host.ShouldBe("::");
        config.StaticMap.Network.ShouldBe(StaticMapNetwork.Any);
    }

    [Fact]
    public void A_member_without_lighthouse_and_keys_is_refused_for_all_reasons()
    {
        var plan = () => NodeConfigPlanner.Plan(s_host with { Pki = new PkiConfig(), Lighthouses = [] });

        plan.ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(["config-pki-missing", "config-pki-missing", "config-pki-missing", "config-no-lighthouse"]);
    }

    private static NodeConfigSpec Spec(MeshRole role) =>
        role switch
        {
            MeshRole.Host => s_host,
            MeshRole.GpuNode => s_host with
            {
                Role = role,
                Mtu = 1380,
                UnsafeRoutes = [],
                Inbound =
                [
                    new FirewallAdmission
                    {
                        Purpose = "Models in pods.",
                        Protocol = FirewallProtocol.Tcp,
                        Ports = FirewallPorts.Of(11434),
                        Groups = [MeshGroups.Homelab, MeshGroups.Gateway],
                        BehindNode = NebulaPrefix.Parse("10.211.0.0/24"),
                    },
                ],
            },
            _ => s_host with { Role = role, UnsafeRoutes = [], PreferredRanges = [] },
        };

    private static async Task<string> WriteAsync(TemporaryFolder folder, NodeConfigSpec spec)
    {
        var authority = await TestMesh.AuthorityAsync();
        var key = HostKeyPair.Generate();
        HostBundle bundle = new()
        {
            Authorities = [authority.Certificate],
            Certificates = [await authority.IssueAsync("node", key.PublicKey, "10.201.0.1/16", "10.211.0.0/24")],
            Key = key,
            Config = NodeConfigPlanner.Plan(spec with { Pki = HostBundle.PkiIn(folder.Path) }),
        };
        await BundleWriter.WriteAsync(folder.Path, bundle.Files(), cancellationToken: TestMesh.Token);
        return folder.PathOf(BundleFile.ConfigName);
    }

    private static NebulaConfig Uncommented(NebulaConfig config) =>
        config with
        {
            Firewall = config.Firewall with
            {
                Inbound = [.. config.Firewall.Inbound.Select(r => r with { Purpose = null })],
                Outbound = [.. config.Firewall.Outbound.Select(r => r with { Purpose = null })],
            },
        };

    // A rule's purpose is the only comment that comes from the configuration and not from the table of keys.
    private static string WithoutPurposes(string text) =>
        string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("    #", StringComparison.Ordinal)));
}

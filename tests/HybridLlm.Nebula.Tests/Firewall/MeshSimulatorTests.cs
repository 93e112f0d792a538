using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Firewall;

public sealed class MeshSimulatorTests
{
    private const string Home = "10.201.48.1";
    private const string Gpu = "10.201.128.1";
    private const string Pod = "10.211.0.9";

    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData(Home, Gpu, FirewallProtocol.Tcp, 11434, null)]
    [InlineData(Home, Gpu, FirewallProtocol.Tcp, 22, MeshStage.Inbound)]
    [InlineData(Home, Pod, FirewallProtocol.Tcp, 11434, null)]
    [InlineData(Home, Pod, FirewallProtocol.Tcp, 6443, MeshStage.Inbound)]
    [InlineData(Home, Gpu, FirewallProtocol.Icmp, 0, null)]
    public async Task A_packet_ends_where_it_should(
        string from,
        string to,
        FirewallProtocol protocol,
        int port,
        MeshStage? fails
    )
    {
        var (home, gpu) = await MeshAsync();

        var verdict = MeshSimulator.Explain(home, gpu, Question(from, to, protocol, port), s_now);

        verdict.IsAllowed.ShouldBe(fails is null, verdict.ToString());
        verdict.Steps.Where(s => !s.Passes).Select(s => s.Stage).ShouldBe(fails is null ? [] : [fails.Value]);
    }

    [Fact]
    public async Task A_gpu_node_does_not_start_conversations()
    {
        var (home, gpu) = await MeshAsync();

        MeshSimulator
            .Explain(gpu, home, Question(Gpu, Home, FirewallProtocol.Tcp, 443), s_now)
            .Steps.Where(s => !s.Passes)
            .Select(s => s.Stage)
            .ShouldBe([MeshStage.Outbound, MeshStage.Inbound]);
    }

    [Fact]
    public async Task A_range_without_route_is_named()
    {
        var (home, gpu) = await MeshAsync();
        var without = home with { Config = home.Config with { Tun = new TunConfig() } };

        var verdict = MeshSimulator.Explain(without, gpu, Question(Home, Pod, FirewallProtocol.Tcp, 11434), s_now);

        verdict.Steps[0].Passes.ShouldBeFalse();
        verdict.ToString().ShouldContain($"no unsafe route for {Pod}");
    }

    [Fact]
    public async Task A_handshake_fails_for_trust_time_blocklist_and_cipher()
    {
        var (home, gpu) = await MeshAsync();
        var (stranger, _) = await MeshAsync();
        var question = Question(Home, Gpu, FirewallProtocol.Icmp, 0);
        var blocking = gpu with
        {
            Config = gpu.Config with { Pki = gpu.Config.Pki with { Blocklist = [home.Certificate.Fingerprint] } },
        };
        var chacha = gpu with { Config = gpu.Config with { Cipher = NebulaCipher.ChaChaPoly } };

        Explanation(stranger, gpu).ShouldContain("not trusted");
        Explanation(home, gpu, home.Certificate.NotAfter.AddYears(1)).ShouldContain("valid from");
        Explanation(home, blocking).ShouldContain("blocklist");
        Explanation(home, chacha).ShouldContain("ChaChaPoly");

        string Explanation(MeshNode source, MeshNode destination, DateTimeOffset? now = null)
        {
            var step = MeshSimulator.Explain(source, destination, question, now ?? s_now).Steps[1];
            step.Passes.ShouldBeFalse();
            return step.Explanation;
        }
    }

    private static async Task<(MeshNode Home, MeshNode Gpu)> MeshAsync()
    {
        var authority = await TestMesh.AuthorityAsync();
        CaPool pool = new([authority.Certificate]);
        StaticHost[] lighthouses = [new(TestMesh.LighthouseAddress, [NebulaEndpoint.Parse("192.0.2.1:4242")])];
        NodeConfigSpec spec = new()
        {
            Role = MeshRole.Host,
            Pki = new PkiConfig
            {
                Ca = "ca",
                Certificate = "crt",
                Key = "key",
            },
            Lighthouses = lighthouses,
            UnsafeRoutes =
            [
                new UnsafeRoute
                {
                    Route = NebulaPrefix.Parse("10.211.0.0/24"),
                    Via = [new UnsafeGateway { Gateway = IPAddress.Parse(Gpu) }],
                },
            ],
        };
        FirewallAdmission pods = new()
        {
            Purpose = "Models in pods.",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(MeshFirewall.OllamaPort),
            Groups = [MeshGroups.Homelab],
            BehindNode = NebulaPrefix.Parse("10.211.0.0/24"),
        };
        var key = HostKeyPair.Generate().PublicKey;
        return (
            new MeshNode
            {
                Certificate = await authority.IssueAsync("home", key, Home + "/16", "", "homelab", "gateway"),
                Authorities = pool,
                Config = NodeConfigPlanner.Plan(spec),
            },
            new MeshNode
            {
                Certificate = await authority.IssueAsync("gpu", key, Gpu + "/16", "10.211.0.0/24", "gpu"),
                Authorities = pool,
                Config = NodeConfigPlanner.Plan(
                    spec with
                    {
                        Role = MeshRole.GpuNode,
                        UnsafeRoutes = [],
                        Inbound = [pods],
                    }
                ),
            }
        );
    }

    private static MeshQuestion Question(string from, string to, FirewallProtocol protocol, int port) =>
        new()
        {
            From = IPAddress.Parse(from),
            To = IPAddress.Parse(to),
            Protocol = protocol,
            Port = port,
        };
}

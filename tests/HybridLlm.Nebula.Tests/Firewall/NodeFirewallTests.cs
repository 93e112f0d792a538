using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Firewall;

public sealed class NodeFirewallTests
{
    private const string Gpu = "10.201.128.1";
    private const string Gateway = "10.201.48.1";

    [Theory]
    [InlineData(FirewallProtocol.Tcp, 11434, "gateway", true)]
    [InlineData(FirewallProtocol.Tcp, 6443, "gateway", true)]
    [InlineData(FirewallProtocol.Tcp, 11434, "homelab", false)]
    [InlineData(FirewallProtocol.Tcp, 22, "gateway", false)]
    [InlineData(FirewallProtocol.Udp, 11434, "gateway", false)]
    [InlineData(FirewallProtocol.Icmp, 0, "homelab", true)]
    [InlineData(FirewallProtocol.Any, 0, "gateway", false)]
    public async Task A_gpu_node_serves_the_gateway_and_answers_pings(
        FirewallProtocol protocol,
        int port,
        string group,
        bool allowed
    )
    {
        var mesh = await Mesh.CreateAsync(group);

        var verdict = mesh.Judge(MeshFirewall.For(MeshRole.GpuNode), protocol, port);

        verdict.IsAllowed.ShouldBe(allowed, verdict.Explanation);
        verdict.Reason.ShouldBe(allowed ? FirewallReason.RuleMatches : FirewallReason.NoRule);
        (verdict.Rule is not null).ShouldBe(allowed);
    }

    [Theory]
    [InlineData(MeshRole.Lighthouse, FirewallDirection.Inbound, false)]
    [InlineData(MeshRole.Lighthouse, FirewallDirection.Outbound, false)]
    [InlineData(MeshRole.GpuNode, FirewallDirection.Outbound, false)]
    [InlineData(MeshRole.Host, FirewallDirection.Inbound, false)]
    [InlineData(MeshRole.Host, FirewallDirection.Outbound, true)]
    [InlineData(MeshRole.Controller, FirewallDirection.Outbound, true)]
    public async Task Only_hosts_and_the_controller_start_conversations(
        MeshRole role,
        FirewallDirection direction,
        bool allowed
    )
    {
        var mesh = await Mesh.CreateAsync("gateway");

        mesh.Judge(MeshFirewall.For(role), FirewallProtocol.Tcp, 443, direction: direction).IsAllowed.ShouldBe(allowed);
        mesh.Judge(MeshFirewall.For(role), FirewallProtocol.Icmp, 0, direction: direction).IsAllowed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Gpu, "10.201.48.2", FirewallReason.RemoteAddressNotInCertificate)]
    [InlineData(Gpu, "192.168.1.7", FirewallReason.RuleMatches)]
    [InlineData("10.201.128.2", Gateway, FirewallReason.LocalAddressNotInCertificate)]
    [InlineData("10.211.0.9", Gateway, FirewallReason.NoRule)]
    [InlineData("10.211.1.9", Gateway, FirewallReason.LocalAddressNotInCertificate)]
    public async Task Addresses_must_be_in_both_certificates(string local, string remote, FirewallReason reason)
    {
        var mesh = await Mesh.CreateAsync("gateway", pods: "10.211.0.0/24");

        mesh.Judge(MeshFirewall.For(MeshRole.GpuNode), FirewallProtocol.Icmp, 0, local, remote).Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Pods_behind_a_node_need_a_rule_that_names_their_range()
    {
        var mesh = await Mesh.CreateAsync("gateway", pods: "10.211.0.0/24");
        FirewallAdmission pods = new()
        {
            Purpose = "Models in pods.",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(11434),
            Groups = ["homelab", "gateway"],
            BehindNode = NebulaPrefix.Parse("10.211.0.0/24"),
        };

        var without = mesh.Judge(MeshFirewall.For(MeshRole.GpuNode), FirewallProtocol.Tcp, 11434, "10.211.0.9");
        var with = mesh.Judge(MeshFirewall.For(MeshRole.GpuNode, [pods]), FirewallProtocol.Tcp, 11434, "10.211.0.9");

        without.Reason.ShouldBe(FirewallReason.NoRule);
        without.Explanation.ShouldContain("local addresses");
        with.IsAllowed.ShouldBeTrue(with.Explanation);
        with.Rule!.LocalCidr.ShouldBe(FirewallRange.Of(NebulaPrefix.Parse("10.211.0.0/24")));
    }

    [Fact]
    public async Task A_peer_of_another_network_is_refused_for_that()
    {
        var authority = await TestMesh.AuthorityAsync();
        var peer = await authority.IssueAsync("stranger", HostKeyPair.Generate().PublicKey, "10.99.0.1/24");
        var mesh = await Mesh.CreateAsync("gateway");

        mesh.Judge(MeshFirewall.For(MeshRole.Host), FirewallProtocol.Icmp, 0, Gpu, "10.99.0.1", peer: peer)
            .Reason.ShouldBe(FirewallReason.RemoteAddressNotInOurNetworks);
    }

    public static TheoryData<FirewallRule, bool> Rules() =>
        new()
        {
            {
                new() { Host = "any" },
                true
            },
            {
                new() { Host = "peer" },
                true
            },
            {
                new() { Host = "other" },
                false
            },
            {
                new() { Groups = ["gateway"] },
                true
            },
            {
                new() { Groups = ["gateway", "missing"] },
                false
            },
            {
                new() { Groups = ["missing", "any"] },
                true
            },
            {
                new() { Host = "other", Groups = ["gateway"] },
                true
            },
            {
                new() { Host = "other", Cidr = FirewallRange.Of(NebulaPrefix.Parse("10.201.48.0/24")) },
                true
            },
            {
                new() { Cidr = FirewallRange.Of(NebulaPrefix.Parse("10.201.49.0/24")) },
                false
            },
            {
                new() { Cidr = FirewallRange.Any },
                true
            },
            {
                new() { CaName = "test mesh" },
                true
            },
            {
                new() { CaName = "other mesh" },
                false
            },
            {
                new() { CaName = "other mesh", Host = "any" },
                false
            },
            {
                new() { LocalCidr = FirewallRange.Of(NebulaPrefix.Parse("10.201.128.1/32")) },
                true
            },
            {
                new() { LocalCidr = FirewallRange.Of(NebulaPrefix.Parse("10.201.128.2/32")), Host = "any" },
                false
            },
            {
                new()
                {
                    Host = "any",
                    Protocol = FirewallProtocol.Tcp,
                    Ports = FirewallPorts.Of(79, 81),
                },
                true
            },
            {
                new()
                {
                    Host = "any",
                    Protocol = FirewallProtocol.Tcp,
                    Ports = FirewallPorts.Of(81, 90),
                },
                false
            },
            {
                new()
                {
                    Host = "any",
                    Protocol = FirewallProtocol.Tcp,
                    Ports = FirewallPorts.Fragments,
                },
                false
            },
            {
                new() { Host = "any", Protocol = FirewallProtocol.Udp },
                false
            },
        };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_rule_matches_as_in_nebula(FirewallRule rule, bool matches)
    {
        var mesh = await Mesh.CreateAsync("gateway");

        mesh.Judge(new FirewallConfig { Inbound = [rule] }, FirewallProtocol.Tcp, 80).IsAllowed.ShouldBe(matches);
    }

    [Fact]
    public async Task The_authority_can_be_named_by_its_fingerprint()
    {
        var mesh = await Mesh.CreateAsync("gateway");
        FirewallRule rule = new() { CaFingerprint = mesh.Peer.Issuer, CaName = "other mesh" };

        mesh.Judge(new FirewallConfig { Inbound = [rule] }, FirewallProtocol.Tcp, 80).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_rule_for_any_protocol_and_one_port_does_not_admit_icmp()
    {
        var mesh = await Mesh.CreateAsync("gateway");
        FirewallConfig config = new() { Inbound = [new() { Host = "any", Ports = FirewallPorts.Of(80) }] };

        mesh.Judge(config, FirewallProtocol.Icmp, 80).IsAllowed.ShouldBeFalse();
        mesh.Judge(config, FirewallProtocol.Udp, 80).IsAllowed.ShouldBeTrue();
    }

    [Theory]
    [InlineData("any", "any")]
    [InlineData("0", "any")]
    [InlineData("0-100", "any")]
    [InlineData("443", "443")]
    [InlineData("8000 - 8100", "8000-8100")]
    [InlineData("7-7", "7")]
    [InlineData("fragment", "fragment")]
    [InlineData("65536", null)]
    [InlineData("-1", null)]
    [InlineData("9-8", null)]
    [InlineData("http", null)]
    [InlineData("1-", null)]
    [InlineData("", null)]
    public void Ports_read_as_in_nebula(string text, string? printed)
    {
        FirewallPorts.TryParse(text, out var ports).ShouldBe(printed is not null);
        if (printed is not null)
        {
            ports.ToString().ShouldBe(printed);
        }
    }

    private sealed record Mesh(CaPool Pool, NebulaCertificate Own, NebulaCertificate Peer)
    {
        public static async Task<Mesh> CreateAsync(string group, string pods = "")
        {
            var authority = await TestMesh.AuthorityAsync();
            var own = await authority.IssueAsync("gpu", HostKeyPair.Generate().PublicKey, Gpu + "/16", pods, "gpu");
            var peer = await authority.IssueAsync(
                "peer",
                HostKeyPair.Generate().PublicKey,
                Gateway + "/16",
                "192.168.1.0/24",
                group
            );
            return new Mesh(new CaPool([authority.Certificate]), own, peer);
        }

        public FirewallVerdict Judge(
            FirewallConfig config,
            FirewallProtocol protocol,
            int port,
            string local = Gpu,
            string remote = Gateway,
            FirewallDirection direction = FirewallDirection.Inbound,
            NebulaCertificate? peer = null
        ) =>
            new NodeFirewall(config, Own, Pool).Judge(
                new FirewallPacket
                {
                    Direction = direction,
                    LocalAddress = IPAddress.Parse(local),
                    RemoteAddress = IPAddress.Parse(remote),
                    Protocol = protocol,
                    Port = port,
                },
                peer ?? Peer
            );
    }
}

using System.Net;
using System.Security.Cryptography;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.EndToEnd;

/// <summary>
/// A lighthouse, two hosts and a plain machine behind the second, each in a network namespace, running the real nebula on
/// nothing but this library's output.
/// </summary>
internal sealed class NamespaceMesh : IAsyncDisposable
{
    public const string Lighthouse = "lighthouse";
    public const string Laptop = "laptop";
    public const string Gateway = "gateway";

    private static readonly NebulaPrefix s_lan = NebulaPrefix.Parse("172.30.5.0/24");

    private readonly TemporaryFolder _folder = new();
    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly Dictionary<string, RealNebula> _running = [];
    private readonly Func<string, NebulaConfig, NebulaConfig> _adapt;

    private NamespaceMesh(
        CertificateAuthority authority,
        MeshNetworkPlan plan,
        Func<string, NebulaConfig, NebulaConfig> adapt
    )
    {
        Authorities = [authority];
        Plan = plan;
        _adapt = adapt;
    }

    /// <summary>Authorities every node trusts; the last one signs.</summary>
    public List<CertificateAuthority> Authorities { get; }

    public MeshNetworkPlan Plan { get; }

    public Dictionary<string, HostBundle> Bundles { get; } = [];

    /// <summary>The plain machine behind the gateway.</summary>
    public static IPAddress LanMachine { get; } = IPAddress.Parse("172.30.5.10");

    public NetworkNamespace this[string node] =>
        _namespaces.Single(n => n.Name.EndsWith(node, StringComparison.Ordinal));

    public static string[] Nodes { get; } = [Lighthouse, Laptop, Gateway];

    /// <summary>Builds and starts everything; skips without root and without what Linux needs for it.</summary>
    /// <param name="adapt">Changes a node's configuration before it is written.</param>
    public static async Task<NamespaceMesh> StartAsync(Func<string, NebulaConfig, NebulaConfig>? adapt = null)
    {
        await NetworkNamespace.SkipUnlessPossibleAsync();
        var authority = await TestMesh.AuthorityAsync();
        MeshNetworkSpec network = new()
        {
            Range = NebulaPrefix.Parse("10.201.0.0/16"),
            RangeV6 = NebulaPrefix.Parse("fd77:1c2d::/64"),
            Members =
            [
                new MeshMember { Name = Lighthouse, Role = MeshRole.Lighthouse },
                new MeshMember
                {
                    Name = Laptop,
                    Role = MeshRole.Host,
                    Groups = ["laptops"],
                },
                new MeshMember
                {
                    Name = Gateway,
                    Role = MeshRole.Host,
                    UnsafeNetworks = [s_lan],
                },
            ],
        };
        var plan = MeshNetworkPlanner.Plan(network, AddressLedger.Empty, authority.Certificate.NotBefore);
        NamespaceMesh mesh = new(authority, plan, adapt ?? ((_, config) => config));
        try
        {
            await mesh.WireAsync();
            foreach (var node in Nodes)
            {
                await mesh.IssueAsync(node, HostKeyPair.Generate());
                await mesh.WriteAsync(node);
                mesh._running[node] = await RealNebula.StartAsync(
                    RealTools.Require("bin/nebula"),
                    mesh._folder.PathOf($"{node}/{BundleFile.ConfigName}"),
                    mesh[node].Name
                );
            }

            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    public IPAddress Address(string node, bool isIPv6 = false) => Plan[node].Networks[isIPv6 ? 1 : 0].Address;

    /// <summary>Gives a node a certificate of the last authority for a key.</summary>
    public async Task IssueAsync(string node, HostKeyPair key)
    {
        var authority = Authorities[^1];
        var begin = authority.Certificate.NotBefore;
        Bundles[node] = new HostBundle
        {
            Authorities = [.. Authorities.Select(a => a.Certificate)],
            Certificates =
            [
                await authority.IssueAsync(Plan[node].CertificateRequest(key.PublicKey, begin), TestMesh.Token),
            ],
            Key = key,
            Config = _adapt(node, NodeConfigPlanner.Plan(Spec(node))),
        };
    }

    /// <summary>Writes a node's files.</summary>
    public Task<IReadOnlyList<string>> WriteAsync(string node) =>
        BundleWriter.WriteAsync(_folder.PathOf(node), Bundles[node].Files(), ExistingFiles.Replace, TestMesh.Token);

    /// <summary>Writes a node's files and has it read them.</summary>
    public async Task ReloadAsync(string node)
    {
        await WriteAsync(node);
        _running[node].Reload();
        await _running[node].WaitForAsync("Client certificate(s) refreshed from disk");
    }

    public Task WaitForAsync(string node, params string[] texts) => _running[node].WaitForAsync(texts);

    /// <summary>The node as the simulator sees it.</summary>
    public MeshNode Node(string name) =>
        new()
        {
            Certificate = Bundles[name].Certificates[0],
            Authorities = new CaPool(Bundles[name].Authorities),
            Config = Bundles[name].Config,
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var nebula in _running.Values)
        {
            await nebula.DisposeAsync();
        }

        _namespaces.ForEach(n => n.Dispose());
        _folder.Dispose();
    }

    private NodeConfigSpec Spec(string node)
    {
        StaticHost lighthouse = new(
            Address(Lighthouse),
            [new NebulaEndpoint("10.99.0.1", NodeConfigPlanner.DefaultPort)]
        );
        NodeConfigSpec common = new()
        {
            Role = Plan[node].Member.Role,
            Pki = HostBundle.PkiIn(_folder.PathOf(node)),
            Lighthouses = [lighthouse],
            RelayThroughLighthouses = true,
        };
        return node switch
        {
            Laptop => common with
            {
                UnsafeRoutes =
                [
                    new UnsafeRoute { Route = s_lan, Via = [new UnsafeGateway { Gateway = Address(Gateway) }] },
                ],
            },
            Gateway => common with
            {
                Inbound =
                [
                    Admit(8000, "laptops"),
                    Admit(8001, "nobody"),
                    Admit(9000, "laptops") with
                    {
                        BehindNode = s_lan,
                    },
                    new FirewallAdmission
                    {
                        Purpose = "Ping the LAN.",
                        Protocol = FirewallProtocol.Icmp,
                        BehindNode = s_lan,
                    },
                ],
            },
            _ => common,
        };
    }

    private static FirewallAdmission Admit(int port, string group) =>
        new()
        {
            Purpose = "Test.",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(port),
            Groups = [group],
        };

    // A switch in a namespace of its own, the nodes on it, and a cable from the gateway to the plain machine.
    private async Task WireAsync()
    {
        var run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));
        foreach (var name in Nodes.Concat(["switch", "lan"]))
        {
            _namespaces.Add(await NetworkNamespace.CreateAsync($"hl{run}-{name}"));
        }

        await this["switch"].InsideAsync("link", "add", "br0", "type", "bridge");
        await this["switch"].InsideAsync("link", "set", "br0", "up");
        foreach (var (node, i) in Nodes.Select((n, i) => (n, i + 1)))
        {
            await CableAsync($"p{i}", "switch", "eth0", node);
            await this["switch"].InsideAsync("link", "set", $"p{i}", "master", "br0");
            await this[node].InsideAsync("addr", "add", $"10.99.0.{i}/24", "dev", "eth0");
        }

        await CableAsync("lan0", Gateway, "eth0", "lan");
        await this[Gateway].InsideAsync("addr", "add", "172.30.5.1/24", "dev", "lan0");
        await this["lan"].InsideAsync("addr", "add", $"{LanMachine}/24", "dev", "eth0");
        await this["lan"].InsideAsync("route", "add", "default", "via", "172.30.5.1");
        await this[Gateway]
            .RunAsync(() =>
            {
                File.WriteAllText(NetworkNamespace.Forwarding, "1");
                return true;
            });
    }

    private async Task CableAsync(string end, string node, string otherEnd, string other)
    {
        await this[node]
            .InsideAsync("link", "add", end, "type", "veth", "peer", "name", otherEnd, "netns", this[other].Name);
        await this[node].InsideAsync("link", "set", end, "up");
        await this[other].InsideAsync("link", "set", otherEnd, "up");
    }
}

using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Reaching;
using HybridLlm.Testing.Meshes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>A mesh of a lighthouse, a GPU node that carries its pods' range, and a controller that may dial both.</summary>
internal sealed class LabMesh
{
    public const string PodRange = "10.42.0.0/16";

    private const string LighthouseUnderlay = "203.0.113.7";

    private LabMesh(MeshPeer lighthouse, MeshPeer gpu, MeshIdentity controller)
    {
        Lighthouse = lighthouse;
        Gpu = gpu;
        Controller = controller;
    }

    public MeshPeer Lighthouse { get; }

    public MeshPeer Gpu { get; }

    public MeshIdentity Controller { get; }

    public static async Task<LabMesh> CreateAsync(DateTimeOffset now)
    {
        var range = NebulaPrefix.Parse("10.201.0.0/16");
        var pods = NebulaPrefix.Parse(PodRange);
        var authority = await CertificateAuthority.CreateAsync(
            new CaCertificateRequest
            {
                Name = "lab",
                NotBefore = now - TimeSpan.FromHours(1),
                NotAfter = now + TimeSpan.FromDays(30),
                Networks = [range],
            },
            CaKeyPair.Generate(),
            TestContext.Current.CancellationToken
        );
        var places = MeshNetworkPlanner.Plan(
            new MeshNetworkSpec
            {
                Range = range,
                Members =
                [
                    new MeshMember { Name = "lighthouse", Role = MeshRole.Lighthouse },
                    new MeshMember
                    {
                        Name = "gpu-1",
                        Role = MeshRole.GpuNode,
                        UnsafeNetworks = [pods],
                    },
                    new MeshMember { Name = "controller", Role = MeshRole.Controller },
                ],
            },
            AddressLedger.Empty,
            now
        );
        var lighthouse = await CertifyAsync("lighthouse");
        StaticHost known = new(lighthouse.Networks[0].Address, [new NebulaEndpoint(LighthouseUnderlay, 4242)]);
        FirewallAdmission toPods = new()
        {
            Purpose = "Pods, from home.",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(MeshFirewall.OllamaPort),
            BehindNode = pods,
        };
        var controller = await CertifyAsync("controller");
        return new LabMesh(
            Peer(lighthouse, MeshRole.Lighthouse, [], []),
            Peer(await CertifyAsync("gpu-1"), MeshRole.GpuNode, [known], [toPods]),
            new MeshIdentity
            {
                Address = controller.Networks[0].Address,
                AuthorityPem = authority.Certificate.ToPem(),
                CertificatePem = controller.ToPem(),
            }
        );

        Task<NebulaCertificate> CertifyAsync(string name) =>
            authority.IssueAsync(
                places[name]
                    .CertificateRequest(
                        HostKeyPair.Generate().PublicKey,
                        now - TimeSpan.FromHours(1),
                        now + TimeSpan.FromDays(1)
                    ),
                TestContext.Current.CancellationToken
            );

        MeshPeer Peer(
            NebulaCertificate certificate,
            MeshRole role,
            IReadOnlyList<StaticHost> lighthouses,
            IReadOnlyList<FirewallAdmission> inbound
        ) =>
            new()
            {
                Certificate = certificate,
                Authorities = CaPool.ParsePem(authority.Certificate.ToPem()),
                Config = NodeConfigPlanner.Plan(
                    new NodeConfigSpec
                    {
                        Role = role,
                        Pki = HostBundle.PkiIn("/etc/nebula"),
                        Lighthouses = lighthouses,
                        Mtu = 1300,
                        Inbound = inbound,
                    }
                ),
                Underlay = () => LighthouseUnderlay,
            };
    }
}

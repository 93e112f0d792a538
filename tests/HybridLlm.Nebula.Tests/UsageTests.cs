using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Nebula.Tests;

/// <summary>The package from end to end, as an application uses it.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task A_mesh_from_nothing()
    {
        using TemporaryFolder folder = new();
        var token = TestMesh.Token;
        FakeTimeProvider time = new(Vector.Now);
        var now = time.GetUtcNow();

        // An authority, made once; its certificate and key are kept, here in memory.
        var caKey = CaKeyPair.Generate();
        CaCertificateRequest wanted = new()
        {
            Name = "home",
            NotBefore = now,
            NotAfter = now.AddYears(2),
        };
        var made = await CertificateAuthority.CreateAsync(wanted, caKey, token);
        var (caCrt, caKeyPem) = (made.Certificate.ToPem(), caKey.ExportPem());

        // Later: load it, and plan everyone's addresses against the ledger of what was issued.
        var authority = CertificateAuthority.Load(caCrt, caKeyPem);
        MeshNetworkSpec network = new()
        {
            Range = NebulaPrefix.Parse("10.201.0.0/16"),
            Members =
            [
                new MeshMember { Name = "lighthouse", Role = MeshRole.Lighthouse },
                new MeshMember { Name = "app", Role = MeshRole.Controller },
                new MeshMember { Name = "gpu-7f3a", Role = MeshRole.GpuNode },
            ],
        };
        var ledger = AddressLedger.Empty;
        var plan = MeshNetworkPlanner.Plan(network, ledger, now);

        // A certificate for a public key that the node made: 32 bytes of X25519.
        var node = HostKeyPair.Generate();
        var nodeKey = HostPublicKey.FromBytes(NebulaCurve.Curve25519, node.PublicKey.Bytes.Span);
        var gpu = await authority.IssueAsync(
            plan["gpu-7f3a"].CertificateRequest(nodeKey, now, now.AddHours(12)),
            token
        );
        var app = await authority.IssueAsync(
            plan["app"].CertificateRequest(HostKeyPair.Generate().PublicKey, now),
            token
        );
        ledger = ledger.Record(gpu).Record(app);

        // Its configuration and files.
        StaticHost lighthouse = new(
            plan["lighthouse"].Networks[0].Address,
            [NebulaEndpoint.Parse("lighthouse.example:4242")]
        );
        NodeConfigSpec spec = new()
        {
            Role = MeshRole.GpuNode,
            Pki = HostBundle.PkiIn("/etc/nebula"),
            Lighthouses = [lighthouse],
        };
        var config = NodeConfigPlanner.Plan(spec);
        HostBundle bundle = new()
        {
            Authorities = [authority.Certificate],
            Certificates = [gpu],
            Config = config,
        };
        await BundleWriter.WriteAsync(folder.Path, bundle.Files(), cancellationToken: token);

        // Somebody else's view: is the certificate good, and may the app ask it for a model?
        CaPool.ParsePem(caCrt).Verify(NebulaCertificate.ParsePem(gpu.ToPem()), now).ThrowIfInvalid();
        NodeFirewall firewall = new(config.Firewall, gpu, CaPool.ParsePem(caCrt));
        FirewallPacket question = new()
        {
            Direction = FirewallDirection.Inbound,
            LocalAddress = gpu.Networks[0].Address,
            RemoteAddress = app.Networks[0].Address,
            Protocol = FirewallProtocol.Tcp,
            Port = MeshFirewall.OllamaPort,
        };

        firewall.Judge(question, app).IsAllowed.ShouldBeTrue();
        firewall.Judge(question with { Port = 22 }, app).IsAllowed.ShouldBeFalse();
        ledger.Entries.Count.ShouldBe(2);
        lighthouse.Address.ShouldBe(IPAddress.Parse("10.201.0.1"));
        File.Exists(folder.PathOf("host.key")).ShouldBeFalse();
    }
}

using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Mesh;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Rotation;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Mesh;

/// <summary>A mesh of real nebulas on loopback, seen through the probe.</summary>
public sealed class MeshHealthTests : IAsyncLifetime
{
    private static readonly ProbeOptions s_options = new()
    {
        TryInterval = TimeSpan.FromMilliseconds(30),
        Tries = 6,
        AnswerTimeout = TimeSpan.FromMilliseconds(500),
    };

    private readonly List<IAsyncDisposable> _running = [];
    private readonly List<TemporaryFolder> _folders = [];
    private CertificateAuthority _authority = null!;

    public async ValueTask InitializeAsync() => _authority = await TestMesh.AuthorityAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _running)
        {
            await node.DisposeAsync();
        }

        _folders.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task A_mesh_in_order_is_healthy()
    {
        var first = await LighthouseAsync("10.201.0.1");
        var second = await LighthouseAsync("10.201.0.2");
        var host = await HostAsync("10.201.48.1", first, second);

        var report = await CheckAsync([first, second], [host]);

        report.Lighthouses.ShouldAllBe(l => l.IsHealthy && l.RoundTrip > TimeSpan.Zero);
        var health = report.Hosts.ShouldHaveSingleItem();
        health.Faults.ShouldBeEmpty();
        health.Answers.Count.ShouldBe(2);
        health.Certificate!.Certificate.Name.ShouldBe("10.201.48.1");
        report.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task Every_trouble_is_named()
    {
        var first = await LighthouseAsync("10.201.0.1");
        var second = await LighthouseAsync("10.201.0.2");
        var host = await HostAsync("10.201.48.1", first);
        StaticHost gone = new(
            IPAddress.Parse("10.201.0.3"),
            [new NebulaEndpoint("127.0.0.1", RealNebula.FreeUdpPort())]
        );
        var mistaken = first with { Address = IPAddress.Parse("10.201.0.4") };

        var report = await CheckAsync(
            [first, second, gone, mistaken],
            [host, IPAddress.Parse("10.201.48.9")],
            renewal: new RenewalPolicy { Fraction = 0, Jitter = 0 }
        );

        Codes(report.Lighthouses[0]).ShouldBe(["health-certificate"]);
        Codes(report.Lighthouses[2]).ShouldBe(["probe-no-answer"]);
        Codes(report.Lighthouses[3]).ShouldBe(["health-other-host"]);
        Codes(report.Hosts[0]).ShouldBe(["health-certificate", "health-lighthouses-differ"]);
        Codes(report.Hosts[1]).ShouldBe(["health-unknown-host"]);
        report.IsHealthy.ShouldBeFalse();
    }

    [Fact]
    public async Task A_probe_never_looks_with_an_address_that_a_node_owns()
    {
        StaticHost lighthouse = new(IPAddress.Parse("10.201.32.1"), [new NebulaEndpoint("127.0.0.1", 1)]);

        var check = () => CheckAsync([lighthouse], []);

        (await check.ShouldThrowAsync<NebulaValidationException>()).Code.ShouldBe("probe-address");
    }

    private static IEnumerable<string> Codes(NodeHealth health) => health.Faults.Select(f => f.Code);

    private async Task<HealthReport> CheckAsync(
        IReadOnlyList<StaticHost> lighthouses,
        IReadOnlyList<IPAddress> hosts,
        RenewalPolicy? renewal = null
    )
    {
        var key = HostKeyPair.Generate();
        var certificate = await _authority.IssueAsync("probe", key.PublicKey, "10.201.32.1/16", "", MeshGroups.Probe);
        return await MeshHealth.CheckAsync(
            new ProbeIdentity(certificate, key, new CaPool([_authority.Certificate])),
            new HealthSpec
            {
                Lighthouses = lighthouses,
                Hosts = hosts,
                Renewal = renewal ?? new RenewalPolicy(),
            },
            TimeProvider.System,
            s_options,
            TestMesh.Token
        );
    }

    private async Task<StaticHost> LighthouseAsync(string address)
    {
        var port = RealNebula.FreeUdpPort();
        await StartAsync(address, MeshRole.Lighthouse, port, []);
        return new StaticHost(IPAddress.Parse(address), [new NebulaEndpoint("127.0.0.1", port)]);
    }

    private async Task<IPAddress> HostAsync(string address, params StaticHost[] lighthouses)
    {
        var nebula = await StartAsync(address, MeshRole.Host, RealNebula.FreeUdpPort(), lighthouses);
        foreach (var _ in lighthouses)
        {
            // Once it has a tunnel to a lighthouse it reports where it is.
            await nebula.WaitForAsync("Handshake message received");
        }

        return IPAddress.Parse(address);
    }

    private async Task<RealNebula> StartAsync(string address, MeshRole role, int port, StaticHost[] lighthouses)
    {
        TemporaryFolder folder = new();
        _folders.Add(folder);
        var key = HostKeyPair.Generate();
        HostBundle bundle = new()
        {
            Authorities = [_authority.Certificate],
            Certificates = [await _authority.IssueAsync(address, key.PublicKey, $"{address}/16")],
            Key = key,
            Config = NodeConfigPlanner.Plan(
                new NodeConfigSpec
                {
                    Role = role,
                    Pki = HostBundle.PkiIn(folder.Path),
                    Lighthouses = lighthouses,
                    Device = null,
                    ListenHost = "127.0.0.1",
                    ListenPort = port,
                }
            ),
        };
        await BundleWriter.WriteAsync(folder.Path, bundle.Files(), cancellationToken: TestMesh.Token);
        var config = folder.PathOf(BundleFile.ConfigName);
        var nebula = await RealNebula.StartAsync(RealTools.Require("bin/nebula"), config);
        _running.Add(nebula);
        return nebula;
    }
}

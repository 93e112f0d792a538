using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Mesh;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Mesh;

/// <summary>The probe against real lighthouses of three releases, on loopback.</summary>
public sealed class MeshProbeTests
{
    private static readonly ProbeOptions s_options = new()
    {
        TryInterval = TimeSpan.FromMilliseconds(30),
        Tries = 6,
        AnswerTimeout = TimeSpan.FromSeconds(5),
    };

    public static TheoryData<string, NebulaCurve, NebulaCipher, CertificateVersion> Lighthouses()
    {
        TheoryData<string, NebulaCurve, NebulaCipher, CertificateVersion> data = [];
        foreach (var cipher in Enum.GetValues<NebulaCipher>())
        {
            foreach (var curve in Enum.GetValues<NebulaCurve>())
            {
                data.Add("bin/nebula", curve, cipher, CertificateVersion.V1);
                data.Add("bin/nebula", curve, cipher, CertificateVersion.V2);
                data.Add("bin/nebula-1.9", curve, cipher, CertificateVersion.V1);
            }

            data.Add("bin/nebula-1.6", NebulaCurve.Curve25519, cipher, CertificateVersion.V1);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Lighthouses))]
    public async Task A_real_lighthouse_is_reached_pinged_and_asked(
        string program,
        NebulaCurve curve,
        NebulaCipher cipher,
        CertificateVersion version
    )
    {
        await using var mesh = await Mesh.StartAsync(program, curve, cipher, version);
        await using var probe = await mesh.ProbeAsync();

        var result = await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token);

        result.Fault.ShouldBeNull();
        await using var tunnel = result.Tunnel.ShouldNotBeNull();
        tunnel.Peer.ShouldBe(mesh.Certificate);
        (await tunnel.PingAsync(TestMesh.Token)).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        (await tunnel.PingAsync(TestMesh.Token)).ShouldNotBeNull();

        // The lighthouse knows of us: where our packets come from.
        var us = await tunnel.QueryHostAsync(mesh.ProbeAddress, TestMesh.Token);
        us.ShouldNotBeNull().ShouldHaveSingleItem().Address.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public async Task The_other_cipher_is_told_from_silence()
    {
        await using var mesh = await Mesh.StartAsync("bin/nebula", cipher: NebulaCipher.ChaChaPoly);
        await using var probe = await mesh.ProbeAsync(cipher: NebulaCipher.Aes);

        var result = await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token);

        result.Failure.ShouldBe(ProbeFailure.WrongCipher);
        result.Fault!.Code.ShouldBe("probe-cipher");
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        await using var probe = new MeshProbe(
            await Identity(await TestMesh.AuthorityAsync()),
            TimeProvider.System,
            s_options
        );

        var result = await probe.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, RealNebula.FreeUdpPort()),
            TestMesh.Token
        );

        result.Failure.ShouldBe(ProbeFailure.NoAnswer);
        result.Tunnel.ShouldBeNull();
    }

    [Fact]
    public async Task A_probe_of_another_authority_gets_no_answer()
    {
        await using var mesh = await Mesh.StartAsync("bin/nebula");
        await using var probe = new MeshProbe(
            await Identity(await TestMesh.AuthorityAsync()),
            TimeProvider.System,
            s_options
        );

        (await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token)).Failure.ShouldBe(ProbeFailure.NoAnswer);
    }

    [Fact]
    public async Task A_lighthouse_that_we_do_not_trust_is_rejected()
    {
        await using var mesh = await Mesh.StartAsync("bin/nebula");
        var other = await TestMesh.AuthorityAsync();
        var identity = await Identity(mesh.Authority, authorities: new CaPool([other.Certificate]));
        await using var probe = new MeshProbe(identity, TimeProvider.System, s_options);

        var result = await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token);

        result.Failure.ShouldBe(ProbeFailure.PeerRejected);
        result.Fault!.Code.ShouldBe("verify-unknown-issuer");
    }

    [Fact]
    public async Task An_unknown_host_has_no_answer_but_the_tunnel_lives_on()
    {
        await using var mesh = await Mesh.StartAsync("bin/nebula");
        await using var probe = await mesh.ProbeAsync(answerTimeout: TimeSpan.FromMilliseconds(200));
        var result = await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token);
        await using var tunnel = result.Tunnel.ShouldNotBeNull();

        (await tunnel.QueryHostAsync(IPAddress.Parse("10.201.77.7"), TestMesh.Token)).ShouldBeNull();
        (await tunnel.PingAsync(TestMesh.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_closed_tunnel_is_closed_on_the_other_side_too()
    {
        await using var mesh = await Mesh.StartAsync("bin/nebula");
        await using var probe = await mesh.ProbeAsync();
        var result = await probe.ConnectAsync(mesh.Endpoint, TestMesh.Token);

        await result.Tunnel!.DisposeAsync();

        await mesh.Nebula.WaitForAsync("Close tunnel received, tearing down.");
    }

    [Fact]
    public async Task Several_tunnels_share_a_socket()
    {
        await using var first = await Mesh.StartAsync("bin/nebula");
        await using var second = await Mesh.StartAsync("bin/nebula", authority: first.Authority);
        await using var probe = await first.ProbeAsync();

        var results = await Task.WhenAll(
            probe.ConnectAsync(first.Endpoint, TestMesh.Token),
            probe.ConnectAsync(second.Endpoint, TestMesh.Token)
        );

        results.Select(r => r.Tunnel!.Peer).ShouldBe([first.Certificate, second.Certificate]);
        foreach (var result in results)
        {
            (await result.Tunnel!.PingAsync(TestMesh.Token)).ShouldNotBeNull();
            await result.Tunnel.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hosts_certificate_is_no_probe_identity()
    {
        var authority = await TestMesh.AuthorityAsync();
        var key = HostKeyPair.Generate();
        var host = await authority.IssueAsync("nas", key.PublicKey);

        var make = () => new ProbeIdentity(host, HostKeyPair.Generate(), new CaPool([authority.Certificate]));

        make.ShouldThrow<NebulaValidationException>().Faults.Select(f => f.Code).ShouldBe(["probe-group", "probe-key"]);
    }

    [Fact]
    public async Task Giving_up_is_possible()
    {
        await using var probe = new MeshProbe(await Identity(await TestMesh.AuthorityAsync()), TimeProvider.System);
        using CancellationTokenSource stop = new();
        var connecting = probe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 9), stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(connecting);
    }

    private static async Task<ProbeIdentity> Identity(
        CertificateAuthority authority,
        NebulaCipher cipher = NebulaCipher.Aes,
        CaPool? authorities = null
    )
    {
        var key = HostKeyPair.Generate(authority.Certificate.Curve);
        var certificate = await authority.IssueAsync("probe", key.PublicKey, "10.201.32.1/16", "", MeshGroups.Probe);
        return new ProbeIdentity(certificate, key, authorities ?? new CaPool([authority.Certificate]), cipher);
    }

    private sealed record Mesh(
        TemporaryFolder Folder,
        CertificateAuthority Authority,
        NebulaCertificate Certificate,
        NebulaCipher Cipher,
        IPEndPoint Endpoint,
        RealNebula Nebula
    ) : IAsyncDisposable
    {
        public IPAddress ProbeAddress { get; } = IPAddress.Parse("10.201.32.1");

        public static async Task<Mesh> StartAsync(
            string program,
            NebulaCurve curve = NebulaCurve.Curve25519,
            NebulaCipher cipher = NebulaCipher.Aes,
            CertificateVersion version = CertificateVersion.V2,
            CertificateAuthority? authority = null
        )
        {
            var nebula = RealTools.Require(program);
            TemporaryFolder folder = new();
            authority ??= await TestMesh.AuthorityAsync(curve, version);
            var key = HostKeyPair.Generate(curve);
            var certificate = await authority.IssueAsync("lighthouse", key.PublicKey, "10.201.0.1/16");
            var port = RealNebula.FreeUdpPort();
            HostBundle bundle = new()
            {
                Authorities = [authority.Certificate],
                Certificates = [certificate],
                Key = key,
                Config = NodeConfigPlanner.Plan(
                    new NodeConfigSpec
                    {
                        Role = MeshRole.Lighthouse,
                        Pki = HostBundle.PkiIn(folder.Path),
                        Lighthouses = [],
                        Device = null,
                        ListenHost = "127.0.0.1",
                        ListenPort = port,
                        Cipher = cipher,
                    }
                ),
            };
            await BundleWriter.WriteAsync(folder.Path, bundle.Files(), cancellationToken: TestMesh.Token);
            return new Mesh(
                folder,
                authority,
                certificate,
                cipher,
                new IPEndPoint(IPAddress.Loopback, port),
                await RealNebula.StartAsync(nebula, folder.PathOf(BundleFile.ConfigName))
            );
        }

        public async Task<MeshProbe> ProbeAsync(NebulaCipher? cipher = null, TimeSpan? answerTimeout = null) =>
            new(
                await Identity(Authority, cipher ?? Cipher),
                TimeProvider.System,
                s_options with
                {
                    AnswerTimeout = answerTimeout ?? s_options.AnswerTimeout,
                }
            );

        public async ValueTask DisposeAsync()
        {
            await Nebula.DisposeAsync();
            Folder.Dispose();
        }
    }
}

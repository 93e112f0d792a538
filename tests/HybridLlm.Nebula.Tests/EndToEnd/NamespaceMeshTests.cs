using System.Net;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Rotation;
using static HybridLlm.Nebula.Tests.EndToEnd.NamespaceMesh;

namespace HybridLlm.Nebula.Tests.EndToEnd;

/// <summary>The real nebula 1.11 in network namespaces, built only from this library's output. Needs root.</summary>
public sealed class NamespaceMeshTests
{
    [Fact]
    public async Task Hosts_reach_each_other_and_the_lan_behind_one()
    {
        await using var mesh = await StartAsync();

        (await mesh[Laptop].PingAsync(mesh.Address(Gateway))).ShouldBeTrue("IPv4");
        (await mesh[Laptop].PingAsync(mesh.Address(Gateway, isIPv6: true))).ShouldBeTrue("IPv6");
        (await mesh[Laptop].PingAsync(mesh.Address(Lighthouse))).ShouldBeTrue("lighthouse");
        (await mesh[Laptop].PingAsync(LanMachine)).ShouldBeTrue("unsafe route");
    }

    [Fact]
    public async Task Ports_are_open_exactly_where_the_simulator_says()
    {
        // Rejecting instead of dropping makes a refusal quick.
        await using var mesh = await StartAsync(
            (_, config) =>
                config with
                {
                    Firewall = config.Firewall with
                    {
                        InboundAction = FirewallAction.Reject,
                        OutboundAction = FirewallAction.Reject,
                    },
                }
        );
        foreach (var (node, port) in Listeners())
        {
            await mesh[node].ListenAsync(port);
        }

        (string From, string To, IPAddress Address, int Port)[] cases =
        [
            (Laptop, Gateway, mesh.Address(Gateway), 8000),
            (Laptop, Gateway, mesh.Address(Gateway), 8001),
            (Laptop, Gateway, mesh.Address(Gateway), 9000),
            (Laptop, Gateway, LanMachine, 9000),
            (Laptop, Gateway, LanMachine, 9001),
            (Gateway, Laptop, mesh.Address(Laptop), 8000),
            (Lighthouse, Gateway, mesh.Address(Gateway), 8000),
            (Laptop, Lighthouse, mesh.Address(Lighthouse), 8000),
        ];
        foreach (var (from, to, address, port) in cases)
        {
            MeshQuestion question = new()
            {
                From = mesh.Address(from),
                To = address,
                Protocol = FirewallProtocol.Tcp,
                Port = port,
            };
            var predicted = MeshSimulator.Explain(
                mesh.Node(from),
                mesh.Node(to),
                question,
                TimeProvider.System.GetUtcNow()
            );

            (await mesh[from].RunAsync(() => NetworkNamespace.Connect(address, port))).ShouldBe(
                predicted.IsAllowed,
                $"{from} to {address}:{port}\n{predicted}"
            );
        }
    }

    [Fact]
    public async Task A_lighthouse_relays_where_there_is_no_direct_path()
    {
        await using var mesh = await StartAsync(
            (node, config) =>
                node == Lighthouse
                    ? config
                    : config with
                    {
                        Lighthouse = config.Lighthouse with
                        {
                            RemoteAllowList = [new AllowedRange(NebulaPrefix.Parse("10.99.0.1/32"), true)],
                        },
                    }
        );

        // The first packets wait for the relay to be set up.
        var reached = false;
        for (var i = 0; i < 10 && !reached; i++)
        {
            reached = await mesh[Laptop].PingAsync(mesh.Address(Gateway));
        }

        reached.ShouldBeTrue();
        await mesh.WaitForAsync(Laptop, "relays=");
    }

    [Fact]
    public async Task A_blocklisted_host_is_cut_off()
    {
        await using var mesh = await StartAsync();
        (await mesh[Laptop].PingAsync(mesh.Address(Gateway))).ShouldBeTrue();
        var blocked = BlocklistDocument.Empty.Block(mesh.Bundles[Laptop].Certificates[0], "lost");

        var config = mesh.Bundles[Gateway].Config;
        mesh.Bundles[Gateway] = mesh.Bundles[Gateway] with
        {
            Config = config with { Pki = config.Pki with { Blocklist = blocked.Fingerprints } },
        };
        await mesh.ReloadAsync(Gateway);
        await mesh.WaitForAsync(Gateway, "tearing down the tunnel");

        (await mesh[Laptop].PingAsync(mesh.Address(Gateway))).ShouldBeFalse();
        (await mesh[Laptop].PingAsync(mesh.Address(Lighthouse))).ShouldBeTrue("others still trust it");
    }

    /// <summary>New authority, new certificates and new keys on every node, while five pings a second go between two hosts.</summary>
    [Fact]
    public async Task An_authority_is_rotated_without_losing_a_packet()
    {
        // Looking at tunnels every second instead of every five makes them renew sooner.
        await using var mesh = await StartAsync(
            (_, config) => config with { Timers = config.Timers with { ConnectionAliveInterval = 1 } }
        );
        (await mesh[Laptop].PingAsync(mesh.Address(Gateway))).ShouldBeTrue();
        using ManualResetEventSlim stop = new();
        var pinging = mesh[Laptop].RunAsync(() => PingUntil(stop, mesh.Address(Gateway)));

        var old = mesh.Authorities[0];
        var replacement = await TestMesh.AuthorityAsync();
        var state = AuthorityRotation.Begin(
            old.Certificate,
            replacement.Certificate,
            Nodes,
            TimeProvider.System.GetUtcNow()
        );
        mesh.Authorities.Add(replacement);
        while (state.Phase != RotationPhase.Done)
        {
            foreach (var task in state.Tasks)
            {
                await GiveAsync(mesh, task, state);
            }

            foreach (var node in Nodes)
            {
                state = AuthorityRotation.Apply(state, Seen(mesh, node)).State;
            }

            if (state.Phase == RotationPhase.Reissuing)
            {
                // Tunnels are made anew at the next look at their traffic; only then is the old authority needed no more.
                await mesh.WaitForAsync(Laptop, "certName=gateway", $"issuer={state.New}");
                await mesh.WaitForAsync(Gateway, "certName=laptop", $"issuer={state.New}");
            }

            var outcome = AuthorityRotation.Apply(state, new RotationEvent.Advance());
            outcome.Refusal.ShouldBeNull();
            state = outcome.State;
        }

        stop.Set();
        var (sent, lost) = await pinging;
        lost.ShouldBe(0, $"of {sent}");
    }

    private static (string Node, int Port)[] Listeners() =>
        [
            (Gateway, 8000),
            (Gateway, 8001),
            (Gateway, 9000),
            (Laptop, 8000),
            (Lighthouse, 8000),
            ("lan", 9000),
            ("lan", 9001),
        ];

    private static async Task GiveAsync(NamespaceMesh mesh, RotationTask task, RotationState state)
    {
        if (task.Issuer == state.New && Issuer(mesh, task.Name) != state.New)
        {
            await mesh.IssueAsync(task.Name, HostKeyPair.Generate());
        }

        mesh.Bundles[task.Name] = mesh.Bundles[task.Name] with
        {
            Authorities =
            [
                .. mesh.Authorities.Select(a => a.Certificate).Where(c => task.Trusts.Contains(c.Fingerprint)),
            ],
        };
        await mesh.ReloadAsync(task.Name);
    }

    private static RotationEvent.NodeSeen Seen(NamespaceMesh mesh, string node) =>
        new(node, [.. mesh.Bundles[node].Authorities.Select(a => a.Fingerprint)], Issuer(mesh, node));

    private static string Issuer(NamespaceMesh mesh, string node) => mesh.Bundles[node].Certificates[0].Issuer;

    private static (int Sent, int Lost) PingUntil(ManualResetEventSlim stop, IPAddress address)
    {
        var (sent, lost) = (0, 0);
        using ManualResetEventSlim never = new();

        // It goes on for five seconds after the last step, when tunnels of the old authority would be torn down.
        for (var left = 25; left > 0; left -= stop.IsSet ? 1 : 0)
        {
            never.Wait(TimeSpan.FromMilliseconds(200));
            sent++;
            lost += NetworkNamespace.Ping(address, TimeSpan.FromSeconds(2)) ? 0 : 1;
        }

        return (sent, lost);
    }
}

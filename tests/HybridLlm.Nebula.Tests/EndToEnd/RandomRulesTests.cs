using System.Net;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Certificates;
using static HybridLlm.Nebula.Tests.EndToEnd.NamespaceMesh;

namespace HybridLlm.Nebula.Tests.EndToEnd;

/// <summary>Random rules on every node of a real mesh: the simulator foresees what becomes of every packet. Needs root.</summary>
public sealed class RandomRulesTests
{
    private const int FirstPort = 7001;
    private const int Ports = 8;

    private static readonly int s_rounds = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 8 : 1;

    [Fact]
    public async Task The_simulator_foresees_every_verdict()
    {
        var seed = RandomCertificates.Seed();
        for (var round = 0; round < s_rounds; round++)
        {
            await AgreeAsync(new Random(seed + round));
        }
    }

    private static async Task AgreeAsync(Random random)
    {
        // Rejecting instead of dropping makes a refusal quick.
        await using var mesh = await StartAsync(
            (_, config) =>
                config with
                {
                    Firewall = new FirewallConfig
                    {
                        Inbound = [.. Enumerable.Range(0, 9).Select(_ => Rule(random))],
                        Outbound =
                            random.Next(2) == 0
                                ? [new FirewallRule { Host = "any" }]
                                : [.. Enumerable.Range(0, 14).Select(_ => Rule(random))],
                        InboundAction = FirewallAction.Reject,
                        OutboundAction = FirewallAction.Reject,
                        DefaultLocalCidrAny = random.Next(3) == 0 ? true : null,
                    },
                }
        );
        foreach (var node in Nodes.Append("lan"))
        {
            for (var i = 0; i < Ports; i++)
            {
                await mesh[node].ListenAsync(FirstPort + i);
            }
        }

        // Pings come first and go one way only: nebula tells flows of ICMP from each other by little, so answers, and the
        // packets that tell of a refusal, open the way for others.
        List<bool> verdicts =
        [
            .. await AskAsync(mesh, Laptop, Gateway, mesh.Address(Gateway), pings: true),
            .. await AskAsync(mesh, Laptop, Gateway, mesh.Address(Gateway, isIPv6: true), pings: true),
            .. await AskAsync(mesh, Laptop, Gateway, LanMachine, pings: true),
            .. await AskAsync(mesh, Gateway, Laptop, mesh.Address(Laptop), pings: false),
            .. await AskAsync(mesh, Lighthouse, Laptop, mesh.Address(Laptop, isIPv6: true), pings: true),
            .. await AskAsync(mesh, Gateway, Lighthouse, mesh.Address(Lighthouse), pings: true),
        ];

        verdicts.ShouldContain(true);
        verdicts.ShouldContain(false);
        TestContext.Current.TestOutputHelper?.WriteLine($"{verdicts.Count(v => v)} of {verdicts.Count} allowed");
    }

    private static async Task<List<bool>> AskAsync(
        NamespaceMesh mesh,
        string from,
        string to,
        IPAddress address,
        bool pings
    )
    {
        List<(FirewallProtocol Protocol, int Port)> questions =
        [
            .. pings ? [(FirewallProtocol.Icmp, 0)] : Array.Empty<(FirewallProtocol, int)>(),
            .. Enumerable.Range(FirstPort, Ports).Select(port => (FirewallProtocol.Tcp, port)),
            .. Enumerable.Range(FirstPort, Ports).Select(port => (FirewallProtocol.Udp, port)),
        ];
        var isIPv6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        List<bool> verdicts = [];
        foreach (var (protocol, port) in questions)
        {
            MeshQuestion question = new()
            {
                From = mesh.Address(from, isIPv6),
                To = address,
                Protocol = protocol,
                Port = port,
            };
            var foreseen = MeshSimulator.Explain(
                mesh.Node(from),
                mesh.Node(to),
                question,
                TimeProvider.System.GetUtcNow()
            );

            var happened = await mesh[from]
                .RunAsync(() =>
                    protocol switch
                    {
                        FirewallProtocol.Tcp => NetworkNamespace.Connect(address, port),
                        FirewallProtocol.Udp => NetworkNamespace.Echoes(address, port),
                        _ => NetworkNamespace.Ping(address, TimeSpan.FromSeconds(5)),
                    }
                );

            happened.ShouldBe(foreseen.IsAllowed, $"{from} to {address}:{port} {protocol}\n{foreseen}");
            verdicts.Add(happened);
        }

        return verdicts;
    }

    private static FirewallRule Rule(Random random)
    {
        FirewallRule rule = new() { Ports = SomePorts(random), Protocol = (FirewallProtocol)random.Next(4) };
        for (var selectors = random.Next(1, 4); selectors > 0 || !rule.HasSelector; selectors--)
        {
            rule = Narrowed(rule, random);
        }

        return rule;
    }

    private static FirewallRule Narrowed(FirewallRule rule, Random random) =>
        random.Next(6) switch
        {
            0 => rule with { Host = Pick(random, Laptop, Gateway, Lighthouse, "nobody", "any") },
            1 => rule with { Groups = Pick<string[]>(random, ["laptops"], ["laptops", "nobody"], ["any"], ["nobody"]) },
            2 => rule with
            {
                Cidr = Range(random, "10.201.0.0/16", "10.201.48.0/24", "fd77:1c2d::/64", "0.0.0.0/0", "::/0"),
            },
            3 => rule with { LocalCidr = Range(random, "10.201.0.0/16", "172.30.5.0/24", "172.30.5.10/32", "::/0") },
            4 => rule with { CaName = Pick(random, "test mesh", "test mesh", "other") },
            _ => rule with { CaFingerprint = random.Next(3) == 0 ? new string('a', 64) : null },
        };

    private static FirewallPorts SomePorts(Random random) =>
        random.Next(5) switch
        {
            0 => FirewallPorts.Any,
            1 or 2 => FirewallPorts.Of(FirstPort + random.Next(4), FirstPort + 4 + random.Next(4)),
            _ => FirewallPorts.Of(FirstPort + random.Next(Ports)),
        };

    private static FirewallRange Range(Random random, params string[] ranges) =>
        random.Next(6) == 0 ? FirewallRange.Any : FirewallRange.Of(NebulaPrefix.Parse(Pick(random, ranges)));

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}

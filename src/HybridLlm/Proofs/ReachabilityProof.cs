using HybridLlm.AwsGpu.Networking;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;
using HybridLlm.Specs;

namespace HybridLlm.Proofs;

/// <summary>
/// That every path the design needs is open, and every path it must not have is shut, by the rules that will really be made: EC2's
/// security groups outside the mesh, Nebula's firewall inside it.
/// </summary>
internal sealed record ReachabilityProof(IReadOnlyList<ReachabilityPath> Paths)
{
    public IEnumerable<SpecFault> Faults =>
        Paths
            .Where(p => p.IsOpen != p.MustBeOpen)
            .Select(p => new SpecFault(
                "HL160",
                $"{p}, but must be {(p.MustBeOpen ? "open" : "shut")}.",
                "Change the rules that decide it."
            ));

    public static ReachabilityProof Of(SecurityGroups groups)
    {
        const int mesh = NodeConfigPlanner.DefaultPort;
        var gpu = MeshFirewall.For(MeshRole.GpuNode).Inbound;
        string[] gateway = [MeshGroups.Of(MeshRole.Controller)];
        string[] otherNode = [MeshGroups.Of(MeshRole.GpuNode)];
        return new([
            new(
                $"internet → lighthouse, UDP {mesh}",
                Allows(groups.Lighthouse, TrafficDirection.Inbound, "udp", mesh),
                true
            ),
            new("internet → lighthouse, TCP 22", Allows(groups.Lighthouse, TrafficDirection.Inbound, "tcp", 22), false),
            new(
                $"GPU node → lighthouse, UDP {mesh}",
                Allows(groups.Node, TrafficDirection.Outbound, "udp", mesh),
                true
            ),
            new("GPU node → bucket, TCP 443", Allows(groups.Node, TrafficDirection.Outbound, "tcp", 443), true),
            new(
                $"internet → GPU node, TCP {MeshFirewall.OllamaPort}",
                Allows(groups.Node, TrafficDirection.Inbound, "tcp", MeshFirewall.OllamaPort),
                false
            ),
            new(
                $"gateway → GPU node in the mesh, TCP {MeshFirewall.OllamaPort}",
                Admits(gpu, gateway, MeshFirewall.OllamaPort),
                true
            ),
            new(
                $"gateway → GPU node in the mesh, TCP {MeshFirewall.KubernetesPort}",
                Admits(gpu, gateway, MeshFirewall.KubernetesPort),
                true
            ),
            new(
                $"other nodes → GPU node in the mesh, TCP {MeshFirewall.OllamaPort}",
                Admits(gpu, otherNode, MeshFirewall.OllamaPort),
                false
            ),
            new(
                "gateway may begin conversations in the mesh",
                MeshFirewall
                    .For(MeshRole.Controller)
                    .Outbound.Any(r => r is { Protocol: FirewallProtocol.Any, Host: "any" }),
                true
            ),
        ]);
    }

    private static bool Allows(
        IEnumerable<AwsGpu.Networking.FirewallRule> rules,
        TrafficDirection direction,
        string protocol,
        int port
    ) =>
        rules.Any(r =>
            r.Direction == direction
            && (r.Protocol == "-1" || r.Protocol == protocol)
            && (r.FromPort is null || (r.FromPort <= port && port <= r.ToPort))
        );

    private static bool Admits(
        IEnumerable<Nebula.Firewall.FirewallRule> rules,
        IReadOnlyList<string> groups,
        int port
    ) =>
        rules.Any(r =>
            r.Protocol is FirewallProtocol.Any or FirewallProtocol.Tcp
            && r.Ports.Match(port, isFragment: false)
            && (r.Host == "any" || (r.Groups.Count > 0 && r.Groups.All(groups.Contains)))
        );
}

/// <summary>A way from one place to another.</summary>
internal sealed record ReachabilityPath(string Way, bool IsOpen, bool MustBeOpen)
{
    public override string ToString() => $"{Way}: {(IsOpen ? "open" : "shut")}";
}

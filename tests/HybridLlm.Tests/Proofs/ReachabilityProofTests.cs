using HybridLlm.AwsGpu.Networking;
using HybridLlm.Proofs;

namespace HybridLlm.Tests.Proofs;

public sealed class ReachabilityProofTests
{
    private static readonly FirewallRule[] s_outbound =
    [
        Rule(TrafficDirection.Outbound, "udp", 0, 65535),
        Rule(TrafficDirection.Outbound, "tcp", 443, 443),
    ];

    private static readonly FirewallRule s_mesh = Rule(TrafficDirection.Inbound, "udp", 4242, 4242);

    [Fact]
    public void Rules_that_open_just_what_is_needed_hold() =>
        ReachabilityProof.Of(new SecurityGroups(s_outbound, [s_mesh, .. s_outbound])).Faults.ShouldBeEmpty();

    [Fact]
    public void Every_path_that_is_shut_or_open_against_the_design_is_named()
    {
        FirewallRule ollama = Rule(TrafficDirection.Inbound, "tcp", 11000, 12000);
        FirewallRule everything = Rule(TrafficDirection.Inbound, "-1", null, null);

        var faults = ReachabilityProof.Of(new SecurityGroups([ollama], [everything])).Faults.Select(f => f.Message);

        faults.ShouldBe([
            "internet → lighthouse, TCP 22: open, but must be shut.",
            "GPU node → lighthouse, UDP 4242: shut, but must be open.",
            "GPU node → bucket, TCP 443: shut, but must be open.",
            "internet → GPU node, TCP 11434: open, but must be shut.",
        ]);
    }

    [Fact]
    public void The_proof_is_about_the_rules_that_are_really_made() =>
        ReachabilityProof.Of(SecurityGroups.Of(Network())).Faults.ShouldBeEmpty();

    private static FirewallRule Rule(TrafficDirection direction, string protocol, int? from, int? to) =>
        new()
        {
            Direction = direction,
            Protocol = protocol,
            FromPort = from,
            ToPort = to,
            Peer = "0.0.0.0/0",
        };

    private static NetworkSpec Network() =>
        new()
        {
            Owner = new() { Cluster = "lab", OwnerId = Guid.Parse("6f0f7f6e-1b1c-4a52-9a61-3a2f2d0b3b11") },
            PlanId = "plan",
            Region = "us-east-1",
            Cidr = "10.200.0.0/16",
        };
}

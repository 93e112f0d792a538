using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Nebula.Firewall;

/// <summary>Says whether a packet gets from one node to another, and if not, where it ends and why. Pure.</summary>
public static class MeshSimulator
{
    /// <summary>Follows a packet that starts a conversation.</summary>
    /// <param name="source">The node it leaves.</param>
    /// <param name="destination">The node it is to reach, or that routes for where it is to go.</param>
    /// <param name="question">The packet.</param>
    /// <param name="now">The instant certificates must be valid at.</param>
    public static MeshVerdict Explain(MeshNode source, MeshNode destination, MeshQuestion question, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(question);
        return new MeshVerdict([
            Route(source, destination, question),
            Handshake(source, destination, now),
            Judge(MeshStage.Outbound, source, destination.Certificate, Packet(FirewallDirection.Outbound, question)),
            Judge(MeshStage.Inbound, destination, source.Certificate, Packet(FirewallDirection.Inbound, question)),
        ]);
    }

    private static MeshStep Route(MeshNode source, MeshNode destination, MeshQuestion question)
    {
        var name = destination.Certificate.Name;
        if (destination.Certificate.Networks.Any(n => n.Address.Equals(question.To)))
        {
            var isOurs = source.Certificate.Networks.Any(n => n.Contains(question.To));
            return new MeshStep(
                MeshStage.Route,
                isOurs,
                isOurs
                    ? $"{question.To} is the address of '{name}' in our network."
                    : $"{question.To} is the address of '{name}', but in none of our networks."
            );
        }

        // The system's table and nebula's both prefer the longest prefix.
        var route = source
            .Config.Tun.UnsafeRoutes.Where(r => r.Route?.Contains(question.To) == true)
            .MaxBy(r => r.Route!.Value.Length);
        var gateways = route?.Via.Select(v => v.Gateway).ToList() ?? [];
        var leads = destination.Certificate.Networks.Any(n => gateways.Contains(n.Address));
        return new MeshStep(
            MeshStage.Route,
            leads,
            leads ? $"The unsafe route {route!.Route} goes through '{name}'."
                : route is null ? $"'{source.Certificate.Name}' has no unsafe route for {question.To}."
                : $"The unsafe route {route.Route} goes through {string.Join(", ", gateways)}, not through '{name}'."
        );
    }

    private static MeshStep Handshake(MeshNode source, MeshNode destination, DateTimeOffset now)
    {
        var refusal = Refusal(source, destination.Certificate, now) ?? Refusal(destination, source.Certificate, now);
        if (Cipher(source) != Cipher(destination))
        {
            refusal ??= $"One uses {Cipher(source)} and the other {Cipher(destination)}; nodes do not negotiate.";
        }

        return new MeshStep(
            MeshStage.Handshake,
            refusal is null,
            refusal ?? "Each trusts the authority of the other's certificate, and both certificates are valid."
        );
    }

    private static string? Refusal(MeshNode node, NebulaCertificate peer, DateTimeOffset now)
    {
        // Nebula compares text: an entry in capitals blocks nothing.
        CertificateBlocklist blocklist = new(node.Config.Pki.Blocklist.Where(CertificateBlocklist.IsEffective));
        var fault = node.Authorities.Verify(peer, now, blocklist).Fault;
        return fault is null ? null : $"'{node.Certificate.Name}' refuses: {fault}";
    }

    private static NebulaCipher Cipher(MeshNode node) => node.Config.Cipher ?? NebulaCipher.Aes;

    private static MeshStep Judge(MeshStage stage, MeshNode node, NebulaCertificate peer, FirewallPacket packet)
    {
        NodeFirewall firewall = new(node.Config.Firewall, node.Certificate, node.Authorities);
        var verdict = firewall.Judge(packet, peer);
        return new MeshStep(stage, verdict.IsAllowed, verdict.Explanation);
    }

    private static FirewallPacket Packet(FirewallDirection direction, MeshQuestion question) =>
        new()
        {
            Direction = direction,
            LocalAddress = direction == FirewallDirection.Inbound ? question.To : question.From,
            RemoteAddress = direction == FirewallDirection.Inbound ? question.From : question.To,
            Protocol = question.Protocol,
            Port = question.Port,
        };
}

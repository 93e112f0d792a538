using System.Net;
using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Firewall;

/// <summary>
/// Judges single packets as a node's firewall does (nebula <c>firewall.go</c>): addresses against both certificates first, then
/// the rules. It remembers no flows; an answer to an allowed packet passes without a rule.
/// </summary>
public sealed class NodeFirewall
{
    private readonly FirewallConfig _config;
    private readonly NebulaCertificate _own;
    private readonly CaPool _authorities;

    /// <summary>Sets up a node.</summary>
    /// <param name="config">Its rules.</param>
    /// <param name="certificate">Its certificate; of several the newest version.</param>
    /// <param name="authorities">Authorities it trusts.</param>
    public NodeFirewall(FirewallConfig config, NebulaCertificate certificate, CaPool authorities)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authorities);
        _config = config;
        _own = certificate;
        _authorities = authorities;
    }

    /// <summary>What happens to <paramref name="packet"/> from, or to, the peer with a (verified) certificate.</summary>
    public FirewallVerdict Judge(FirewallPacket packet, NebulaCertificate peer)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ArgumentNullException.ThrowIfNull(peer);
        return JudgeRemoteAddress(packet.RemoteAddress, peer)
            ?? JudgeLocalAddress(packet.LocalAddress)
            ?? JudgeRules(packet, peer);
    }

    private FirewallVerdict? JudgeRemoteAddress(IPAddress remote, NebulaCertificate peer)
    {
        if (peer.Networks.Any(n => n.Address.Equals(remote)))
        {
            return _own.Networks.Any(n => n.Contains(remote))
                ? null
                : Refuse(
                    FirewallReason.RemoteAddressNotInOurNetworks,
                    $"{remote} of '{peer.Name}' lies in none of the networks of '{_own.Name}' ({string.Join(", ", _own.Networks)})."
                );
        }

        return peer.UnsafeNetworks.Any(n => n.Contains(remote))
            ? null
            : Refuse(
                FirewallReason.RemoteAddressNotInCertificate,
                $"The certificate of '{peer.Name}' carries neither the address {remote} nor an unsafe network around it."
            );
    }

    private FirewallVerdict? JudgeLocalAddress(IPAddress local) =>
        _own.Networks.Any(n => n.Address.Equals(local)) || _own.UnsafeNetworks.Any(n => n.Contains(local))
            ? null
            : Refuse(
                FirewallReason.LocalAddressNotInCertificate,
                $"The certificate of '{_own.Name}' carries neither the address {local} nor an unsafe network around it."
            );

    private FirewallVerdict JudgeRules(FirewallPacket packet, NebulaCertificate peer)
    {
        var rules = packet.Direction == FirewallDirection.Inbound ? _config.Inbound : _config.Outbound;
        var judged = rules.Select(rule => (Rule: rule, Mismatch: Mismatch(rule, packet, peer))).ToList();
        if (judged.Find(j => j.Mismatch is null).Rule is { } match)
        {
            return new FirewallVerdict(
                true,
                FirewallReason.RuleMatches,
                match,
                $"'{_own.Name}' allows it {Way(packet)} by the rule ({match})."
            );
        }

        var near = judged.Select(j => $" ({j.Rule}) is {j.Mismatch}.");
        return Refuse(
            FirewallReason.NoRule,
            $"'{_own.Name}' has no {Way(packet)} rule for {packet.Protocol} {packet.Port} with '{peer.Name}'.{string.Concat(near)}"
        );
    }

    /// <summary>Why a rule is not about a packet; null when it is.</summary>
    private string? Mismatch(FirewallRule rule, FirewallPacket packet, NebulaCertificate peer)
    {
        if (rule.Protocol != FirewallProtocol.Any && rule.Protocol != packet.Protocol)
        {
            return "for another protocol";
        }

        // A rule for any protocol meets ICMP only when it is also for any port.
        var portMatches =
            packet.Protocol == FirewallProtocol.Icmp
                ? rule.Protocol == FirewallProtocol.Icmp || rule.Ports.IsAny
                : rule.Ports.Match(packet.Port, packet.IsFragment);
        return !portMatches ? "for other ports"
            : !AuthorityMatches(rule, peer) ? "for hosts of another authority"
            : !PeerMatches(rule, packet, peer) ? "for other hosts"
            : !LocalMatches(rule, packet) ? "for other local addresses"
            : null;
    }

    private bool AuthorityMatches(FirewallRule rule, NebulaCertificate peer) =>
        (rule.CaFingerprint is null && rule.CaName is null)
        || rule.CaFingerprint == peer.Issuer
        || (rule.CaName is not null && _authorities.FindIssuer(peer)?.Name == rule.CaName);

    private static bool PeerMatches(FirewallRule rule, FirewallPacket packet, NebulaCertificate peer)
    {
        var isForAll =
            (rule.Host is null && rule.Groups.Count == 0 && rule.Cidr is null)
            || rule.Host == "any"
            || rule.Groups.Contains("any")
            || rule.Cidr is { IsAny: true };
        return isForAll
            || rule.Host == peer.Name
            || (rule.Groups.Count > 0 && rule.Groups.All(peer.Groups.Contains))
            || rule.Cidr?.Contains(packet.RemoteAddress) == true;
    }

    private bool LocalMatches(FirewallRule rule, FirewallPacket packet) =>
        rule.LocalCidr is { } range
            ? range.Contains(packet.LocalAddress)
            : _own.UnsafeNetworks.Count == 0
                || _config.DefaultLocalCidrAny == true
                || _own.Networks.Any(n => n.Contains(packet.LocalAddress));

    private static string Way(FirewallPacket packet) =>
        packet.Direction == FirewallDirection.Inbound ? "inbound" : "outbound";

    private static FirewallVerdict Refuse(FirewallReason reason, string explanation) =>
        new(false, reason, null, explanation);
}

using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>What must suit the node's own networks: routes, lighthouses, relays, and rules about ranges behind it.</summary>
internal static class OwnCertificateRules
{
    public static void Check(NebulaConfig config, NebulaCertificate own, ConfigFindings findings)
    {
        Routes(config.Tun, own, findings);
        Peers(config, own, findings);
        Endpoints(config, own, findings);
        FirewallRanges(config.Firewall, own, findings);
    }

    private static void Routes(TunConfig tun, NebulaCertificate own, ConfigFindings findings)
    {
        for (var i = 0; i < tun.Routes.Count; i++)
        {
            if (tun.Routes[i].Route is { } route && !own.Networks.Any(n => n.Contains(route)))
            {
                findings.Error(
                    $"tun.routes[{i}].route",
                    "config-route-outside",
                    $"{route} is no part of our networks ({List(own.Networks)}); nebula does not start.",
                    "Give a part of the mesh, or use tun.unsafe_routes."
                );
            }
        }

        for (var i = 0; i < tun.UnsafeRoutes.Count; i++)
        {
            UnsafeRoute($"tun.unsafe_routes[{i}]", tun.UnsafeRoutes[i], own, findings);
        }
    }

    private static void UnsafeRoute(string path, UnsafeRoute route, NebulaCertificate own, ConfigFindings findings)
    {
        if (route.Route is { } range && own.Networks.Any(n => n.Contains(range.Address)))
        {
            findings.Error(
                $"{path}.route",
                "config-unsafe-route-inside",
                $"{range} begins inside the mesh ({List(own.Networks)}); nebula does not start.",
                "Give a range outside the mesh."
            );
        }

        foreach (var via in route.Via.Select(v => v.Gateway).OfType<IPAddress>())
        {
            if (own.Networks.Any(n => n.Address.Equals(via)))
            {
                findings.Error(
                    $"{path}.via",
                    "config-unsafe-route-self",
                    $"The route goes through this node itself ({via}).",
                    "Remove it here; it belongs on the other nodes."
                );
            }
            else if (!own.Networks.Any(n => n.Contains(via)))
            {
                findings.Error(
                    $"{path}.via",
                    "config-unsafe-route-via",
                    $"The gateway {via} lies in none of our networks ({List(own.Networks)}).",
                    "Give the mesh address of the member that routes."
                );
            }
        }
    }

    private static void Peers(NebulaConfig config, NebulaCertificate own, ConfigFindings findings)
    {
        var named = config
            .Lighthouse.Hosts.Select((a, i) => ($"lighthouse.hosts[{i}]", a))
            .Concat(config.Relay.Relays.Select((a, i) => ($"relay.relays[{i}]", a)));
        foreach (var (path, address) in named)
        {
            if (own.Networks.Any(n => n.Address.Equals(address)))
            {
                findings.Error(path, "config-peer-self", $"{address} is this node itself.", "Remove it here.");
            }
            else if (!own.Networks.Any(n => n.Contains(address)))
            {
                findings.Warn(
                    path,
                    "config-peer-outside",
                    $"{address} lies in none of our networks ({List(own.Networks)}); no traffic can go there.",
                    "Give its address in our networks."
                );
            }
        }
    }

    private static void Endpoints(NebulaConfig config, NebulaCertificate own, ConfigFindings findings)
    {
        var named = config
            .StaticHosts.SelectMany(h =>
                h.Endpoints.Select(e => (Path: $"static_host_map.{AddressText.Format(h.Address)}", Endpoint: e))
            )
            .Concat(
                config.Lighthouse.AdvertiseAddresses.Select(
                    (e, i) => (Path: $"lighthouse.advertise_addrs[{i}]", Endpoint: e)
                )
            );
        foreach (var (path, endpoint) in named)
        {
            if (AddressText.TryParse(endpoint.Host, out var address) && own.Networks.Any(n => n.Contains(address)))
            {
                findings.Error(
                    path,
                    "config-endpoint-inside",
                    $"{endpoint} lies inside the mesh; tunnels cannot run through themselves, and nebula ignores it.",
                    "Give the address outside the mesh."
                );
            }
        }
    }

    private static void FirewallRanges(FirewallConfig firewall, NebulaCertificate own, ConfigFindings findings)
    {
        var tables = new[] { ("firewall.outbound", firewall.Outbound), ("firewall.inbound", firewall.Inbound) };
        foreach (var (path, rules) in tables)
        {
            for (var i = 0; i < rules.Count; i++)
            {
                if (
                    rules[i].LocalCidr?.Prefix is { } range
                    && !own.Networks.Concat(own.UnsafeNetworks).Any(range.Overlaps)
                )
                {
                    findings.Error(
                        $"{path}[{i}].local_cidr",
                        "config-local-cidr",
                        $"{range} is neither ours nor behind us ({List([.. own.Networks, .. own.UnsafeNetworks])}); the rule never matches.",
                        "Give an own address, or a range that our certificate carries as unsafe network."
                    );
                }
            }
        }

        foreach (var network in own.UnsafeNetworks)
        {
            if (firewall.DefaultLocalCidrAny != true && !firewall.Inbound.Any(rule => Reaches(rule, network)))
            {
                findings.Warn(
                    "firewall.inbound",
                    "config-unsafe-unreachable",
                    $"Our certificate carries {network}, but no inbound rule has it in local_cidr: nobody reaches it.",
                    "Add a rule with local_cidr (since 1.10 a rule without means only our own addresses)."
                );
            }
        }
    }

    private static bool Reaches(FirewallRule rule, NebulaPrefix network) =>
        rule.LocalCidr is { } range && (range.Prefix is not { } prefix || prefix.Overlaps(network));

    private static string List(IEnumerable<NebulaPrefix> networks) => string.Join(", ", networks);
}

using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>lighthouse</c>, <c>static_host_map</c> and <c>relay</c>: whether hosts can find each other.</summary>
internal static class LighthouseRules
{
    public static void Check(NebulaConfig config, ConfigFindings findings)
    {
        Roles(config, findings);
        StaticHosts(config, findings);
        AllowLists(config.Lighthouse, findings);
        CalculatedRemotes(config.Lighthouse, findings);
        Relays(config.Relay, findings);
        AdvertisedNames(config.Lighthouse, findings);
    }

    private static void AdvertisedNames(LighthouseConfig lighthouse, ConfigFindings findings)
    {
        foreach (var (endpoint, i) in lighthouse.AdvertiseAddresses.Select((e, i) => (e, i)))
        {
            if (!AddressText.TryParse(endpoint.Host, out _))
            {
                findings.Warn(
                    $"lighthouse.advertise_addrs[{i}]",
                    "config-advertise-name",
                    $"{endpoint.Host} is looked up once, at the start; if it does not resolve then, nebula does not start.",
                    "Give an address."
                );
            }
        }
    }

    private static void Roles(NebulaConfig config, ConfigFindings findings)
    {
        var lighthouse = config.Lighthouse;
        if (lighthouse.AmLighthouse == true && config.Listen.Port is null or 0)
        {
            findings.Error(
                "lighthouse.am_lighthouse",
                "config-lighthouse-port",
                "A lighthouse listens on a port of the system's choice; nebula does not start.",
                $"Set listen.port, e.g. to {NodeConfigPlanner.DefaultPort}."
            );
        }

        if (lighthouse.AmLighthouse == true && lighthouse.Hosts.Count > 0)
        {
            findings.Warn(
                "lighthouse.hosts",
                "config-lighthouse-hosts",
                "A lighthouse has lighthouses of its own.",
                "Leave lighthouse.hosts empty on lighthouses."
            );
        }

        if (lighthouse.AmLighthouse != true && lighthouse.Hosts.Count == 0)
        {
            findings.Warn(
                "lighthouse.hosts",
                "config-no-lighthouse",
                "There is no lighthouse; this node only finds hosts of static_host_map.",
                "List the mesh addresses of the lighthouses."
            );
        }

        foreach (var (host, i) in lighthouse.Hosts.Select((h, i) => (h, i)))
        {
            if (!config.StaticHosts.Any(s => s.Address.Equals(host)))
            {
                findings.Error(
                    $"lighthouse.hosts[{i}]",
                    "config-lighthouse-unknown",
                    $"The lighthouse {AddressText.Format(host)} has no entry in static_host_map; nebula does not start.",
                    "Add its mesh address and where it listens."
                );
            }
        }

        if (lighthouse.ServeDns == true && lighthouse.AmLighthouse != true)
        {
            findings.Error(
                "lighthouse.serve_dns",
                "config-dns-role",
                "Only lighthouses serve DNS; nebula ignores it here.",
                "Set it on a lighthouse."
            );
        }
    }

    private static void StaticHosts(NebulaConfig config, ConfigFindings findings)
    {
        foreach (var host in config.StaticHosts)
        {
            var path = $"static_host_map.{AddressText.Format(host.Address)}";
            if (host.Endpoints.Count == 0 || host.Endpoints.Any(e => e.Port == 0))
            {
                findings.Error(
                    path,
                    "config-static-host",
                    $"{AddressText.Format(host.Address)} has no usable endpoint.",
                    "Give at least one host and port, port 1 to 65535."
                );
            }
        }
    }

    private static void AllowLists(LighthouseConfig lighthouse, ConfigFindings findings)
    {
        AllowList("lighthouse.remote_allow_list", lighthouse.RemoteAllowList, findings);
        AllowList("lighthouse.local_allow_list", lighthouse.LocalAllowList?.Ranges ?? [], findings);
        foreach (var range in lighthouse.RemoteAllowRanges)
        {
            AllowList($"lighthouse.remote_allow_ranges.{range.Range}", range.Allowed, findings);
        }

        var interfaces = lighthouse.LocalAllowList?.Interfaces ?? [];
        if (interfaces.Select(i => i.Allowed).Distinct().Count() > 1)
        {
            findings.Error(
                "lighthouse.local_allow_list.interfaces",
                "config-allow-interfaces",
                "Some interfaces are allowed and some denied; nebula does not start.",
                "List only those to allow, or only those to deny."
            );
        }

        foreach (var name in interfaces.Select(i => i.Pattern).Where(n => !InterfacePattern.IsReadable(n)))
        {
            findings.Error(
                $"lighthouse.local_allow_list.interfaces.{name}",
                "config-allow-interfaces",
                $"'{name}' is no regular expression of Go; nebula does not start.",
                "Write one without look-around, back references and repeats above 1000, e.g. docker.*"
            );
        }
    }

    private static void AllowList(string path, IReadOnlyList<AllowedRange> list, ConfigFindings findings)
    {
        foreach (var family in list.GroupBy(e => e.Range.IsIPv6))
        {
            if (family.Select(e => e.Allowed).Distinct().Count() > 1 && family.All(e => e.Range.Length > 0))
            {
                var all = family.Key ? "::/0" : "0.0.0.0/0";
                findings.Error(
                    path,
                    "config-allow-default",
                    $"{path} both allows and denies, and does not say what holds for {all}; nebula does not start.",
                    $"Add {all} with true or false."
                );
            }
        }
    }

    private static void CalculatedRemotes(LighthouseConfig lighthouse, ConfigFindings findings)
    {
        foreach (
            var (range, remote) in lighthouse.CalculatedRemotes.SelectMany(e => e.Remotes.Select(r => (e.Range, r)))
        )
        {
            var path = $"lighthouse.calculated_remotes.{range}";
            if (remote is not { Mask: { } mask, Port: not null } || mask.IsIPv6 != range.IsIPv6)
            {
                findings.Error(
                    path,
                    "config-calculated-remote",
                    $"An address for {range} lacks its mask or port, or the mask is of another family; nebula does not start.",
                    $"Give a mask of /{range.Length} in the same family, and a port."
                );
            }
            else if (mask.Length != range.Length)
            {
                findings.Warn(
                    path,
                    "config-calculated-length",
                    $"{mask} has another length than {range}, so bits are taken from the wrong side.",
                    $"Give a mask of /{range.Length}."
                );
            }
        }
    }

    private static void Relays(RelayConfig relay, ConfigFindings findings)
    {
        if (relay is { AmRelay: true, Relays.Count: > 0 })
        {
            findings.Error(
                "relay.relays",
                "config-relay-role",
                "A relay has relays; nebula ignores them.",
                "Remove relay.relays, or let another node relay."
            );
        }

        if (relay is { AmRelay: true, UseRelays: true })
        {
            findings.Error(
                "relay.use_relays",
                "config-relay-role",
                "A relay does not use relays, whatever use_relays says.",
                "Remove relay.use_relays."
            );
        }
    }
}

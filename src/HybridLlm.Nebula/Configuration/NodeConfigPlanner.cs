using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Configuration;

/// <summary>From a node's place in the mesh to its configuration. Pure: same spec, same configuration.</summary>
public static class NodeConfigPlanner
{
    /// <summary>Port a lighthouse listens on unless told otherwise.</summary>
    public const int DefaultPort = 4242;

    /// <summary>Plans a node's configuration.</summary>
    /// <exception cref="NebulaValidationException">The result would not work; every reason is given.</exception>
    public static NebulaConfig Plan(NodeConfigSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var config = spec.Role == MeshRole.Lighthouse ? Lighthouse(spec) : Member(spec);
        var errors = NebulaConfigValidator.Validate(config).Where(f => f.Severity == ConfigSeverity.Error);
        NebulaValidationException.ThrowIfAny(
            $"The configuration of a {spec.Role}",
            [.. errors.Select(f => f.Fault), .. Faults(spec)]
        );
        return config;
    }

    private static NebulaConfig Lighthouse(NodeConfigSpec spec) =>
        Common(spec) with
        {
            Lighthouse = new LighthouseConfig { AmLighthouse = true },
            Listen = new ListenConfig { Host = spec.ListenHost, Port = spec.ListenPort ?? DefaultPort },
            Relay = new RelayConfig { AmRelay = spec.RelayThroughLighthouses ? true : null },
        };

    private static NebulaConfig Member(NodeConfigSpec spec)
    {
        var needsIPv6 = spec
            .Lighthouses.SelectMany(l => l.Endpoints)
            .Any(e => e.Host.Contains(':', StringComparison.Ordinal));
        return Common(spec) with
        {
            StaticHosts = spec.Lighthouses,
            StaticMap = new StaticMapConfig { Network = needsIPv6 ? StaticMapNetwork.Any : null },
            Lighthouse = new LighthouseConfig { Hosts = [.. spec.Lighthouses.Select(l => l.Address)] },
            Listen = new ListenConfig { Host = spec.ListenHost ?? (needsIPv6 ? "::" : null), Port = spec.ListenPort },
            Punchy = new PunchyConfig { Punch = true, Respond = true },
            Relay = new RelayConfig
            {
                Relays = spec.RelayThroughLighthouses ? [.. spec.Lighthouses.Select(l => l.Address)] : [],
            },
        };
    }

    private static NebulaConfig Common(NodeConfigSpec spec) =>
        new()
        {
            Pki = spec.Pki,
            Cipher = spec.Cipher,
            PreferredRanges = spec.PreferredRanges,
            Tun = new TunConfig
            {
                Disabled = spec.Device is null ? true : null,
                Device = spec.Device,
                Mtu = spec.Mtu,
                UnsafeRoutes = spec.UnsafeRoutes,
            },
            Stats = spec.Stats ?? new StatsConfig(),
            Firewall = MeshFirewall.For(spec.Role, spec.Inbound, spec.Outbound),
        };

    private static IEnumerable<NebulaFault> Faults(NodeConfigSpec spec)
    {
        if (spec.Role != MeshRole.Lighthouse && spec.Lighthouses.Count == 0)
        {
            yield return new(
                "config-no-lighthouse",
                $"A {spec.Role} has no lighthouse, so it finds nobody.",
                "Give at least one lighthouse with its mesh address and its endpoint."
            );
        }
    }
}

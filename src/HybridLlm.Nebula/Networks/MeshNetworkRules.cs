using System.Net;

namespace HybridLlm.Nebula.Networks;

/// <summary>Whether a mesh's ranges and members make sense, whatever was issued before.</summary>
internal static class MeshNetworkRules
{
    // Ranges that common defaults (home routers, k3s, Talos, Docker, VPCs) leave alone.
    private static readonly NebulaPrefix[] s_candidates =
    [
        NebulaPrefix.Parse("10.201.0.0/16"),
        NebulaPrefix.Parse("10.213.0.0/16"),
        NebulaPrefix.Parse("172.29.0.0/16"),
        NebulaPrefix.Parse("100.96.0.0/16"),
    ];

    public static IEnumerable<NebulaFault> Faults(MeshNetworkSpec spec) =>
        Ranges(spec).ToList() is { Count: > 0 } ranges ? ranges : [.. Overlaps(spec), .. Members(spec)];

    private static IEnumerable<NebulaFault> Ranges(MeshNetworkSpec spec)
    {
        if (!spec.Range.IsIPv4 || spec.Range.Length is < 8 or > 24 || spec.Range != spec.Range.Masked())
        {
            yield return new(
                "mesh-range",
                $"The mesh range {spec.Range} is not an IPv4 network of /8 to /24.",
                $"Use the network itself, e.g. {s_candidates[0]}."
            );
        }

        if (
            spec.RangeV6 is { } v6
            && (!v6.IsIPv6 || v6 != v6.Masked() || 128 - v6.Length < 32 - spec.Range.Length || v6.AddressBits == 0)
        )
        {
            yield return new(
                "mesh-range-v6",
                $"The IPv6 mesh range {v6} is not an IPv6 network with at least as many addresses as {spec.Range}.",
                "Use a unique local /64, e.g. fd77:1c2d::/64."
            );
        }

        if (
            spec.PodRange is { } pods
            && (
                !pods.IsIPv4 || pods != pods.Masked() || spec.PodPrefixLength < pods.Length || spec.PodPrefixLength > 28
            )
        )
        {
            yield return new(
                "mesh-pod-range",
                $"The pod range {pods} cannot be cut into IPv4 slices of /{spec.PodPrefixLength}.",
                "Use an IPv4 network and a slice length between its own and 28."
            );
        }
    }

    private static IEnumerable<NebulaFault> Overlaps(MeshNetworkSpec spec)
    {
        List<NamedRange> own = [new("the mesh", spec.Range)];
        own.AddRange(spec.RangeV6 is { } v6 ? [new("the mesh", v6)] : []);
        own.AddRange(spec.PodRange is { } pods ? [new("pods behind nodes", pods)] : []);

        var pairs = own.SelectMany(
            (range, i) => own.Skip(i + 1).Concat(spec.Elsewhere).Select(other => (range, other))
        );
        foreach (var (range, other) in pairs.Where(p => p.range.Range.Overlaps(p.other.Range)))
        {
            yield return new(
                "mesh-overlap",
                $"{range.Range} ({range.Name}) overlaps {other.Range} ({other.Name}); packets would take either way.",
                Proposal(spec)
            );
        }
    }

    private static string Proposal(MeshNetworkSpec spec)
    {
        var used = spec.Elsewhere.Select(e => e.Range).Append(spec.Range).ToList();
        var free = s_candidates.Where(c => !used.Any(c.Overlaps)).Select(c => $" {c} is free.");
        return $"Move one of them.{free.FirstOrDefault()}";
    }

    private static IEnumerable<NebulaFault> Members(MeshNetworkSpec spec)
    {
        foreach (var name in Repeated(spec.Members.Select(m => m.Name)))
        {
            yield return new(
                "mesh-duplicate-name",
                $"Two members are called '{name}'.",
                "Give every member a name of its own."
            );
        }

        foreach (var address in Repeated(spec.Members.Select(m => m.Address).OfType<IPAddress>()))
        {
            yield return new(
                "mesh-duplicate-address",
                $"Two members are pinned to {address}.",
                "Pin every member to an address of its own, or to none."
            );
        }

        foreach (var member in spec.Members.Where(m => m.Address is not null && !IsUsable(spec, m.Address)))
        {
            yield return new(
                "mesh-address-outside",
                $"'{member.Name}' is pinned to {member.Address}, which is no free host address of {spec.Range}.",
                "Pin it to an IPv4 address inside the range that is not reserved, not the first and not the last."
            );
        }

        foreach (var (member, network) in spec.Members.SelectMany(m => m.UnsafeNetworks.Select(n => (m, n))))
        {
            if (spec.Range.Contains(network) || spec.RangeV6?.Contains(network) == true)
            {
                yield return new(
                    "mesh-unsafe-inside",
                    $"'{member.Name}' would route for {network}, which is part of the mesh itself.",
                    "Route only for ranges outside the mesh."
                );
            }
        }

        foreach (var member in spec.Members.Where(m => m.RoutesPods && spec.PodRange is null))
        {
            yield return new(
                "mesh-no-pod-range",
                $"'{member.Name}' is to route pods, but the mesh has no pod range.",
                "Set PodRange, or let the member route no pods."
            );
        }
    }

    private static bool IsUsable(MeshNetworkSpec spec, IPAddress address)
    {
        var broadcast = spec.Range.AddressBits | (~spec.Range.Mask & uint.MaxValue);
        return spec.Range.Contains(address)
            && NebulaPrefix.Bits(address) != spec.Range.AddressBits
            && NebulaPrefix.Bits(address) != broadcast
            && !spec.Reserved.Any(r => r.Contains(address));
    }

    private static IEnumerable<T> Repeated<T>(IEnumerable<T> items) =>
        items.GroupBy(i => i).Where(g => g.Count() > 1).Select(g => g.Key);
}

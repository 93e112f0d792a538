namespace HybridLlm.Nebula.Networks;

/// <summary>
/// Computes packet sizes. Between nebula nodes nobody discovers the path's size, so what is too large is fragmented or
/// vanishes: handshakes work and large transfers hang. Pure.
/// </summary>
public static class MtuPlanner
{
    private const int NebulaDefault = 1300;
    private const int SmallestTun = 500;
    private const int SmallestIPv6 = 1280;

    // Outer IP and UDP headers, nebula's header, the AEAD tag; measured on the wire.
    private const int OverIPv4 = 20 + 8 + 16 + 16;
    private const int OverIPv6 = 40 + 8 + 16 + 16;
    private const int RelayOverhead = 16 + 16;

    // Inner Ethernet, vxlan, UDP and IPv4 headers.
    private const int VxlanOverhead = 14 + 8 + 8 + 20;

    // Outer IP and UDP headers, WireGuard's header and tag.
    private const int WireGuardOverIPv4 = 20 + 8 + 16 + 16;
    private const int WireGuardOverIPv6 = 40 + 8 + 16 + 16;

    /// <summary>Fits the layers into each other.</summary>
    /// <exception cref="NebulaValidationException">A layer is too large for the one that carries it; all of them are named.</exception>
    public static MtuPlan Plan(MtuSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var overhead = (spec.OverIPv6 ? OverIPv6 : OverIPv4) + (spec.ThroughRelay ? RelayOverhead : 0);
        var largest = spec.PathMtu - overhead;
        var tun = spec.TunMtu ?? largest;
        MtuPlan plan = new()
        {
            NebulaOverhead = overhead,
            LargestTunMtu = largest,
            TunMtu = tun,
            PodMtu = spec.Vxlan ? tun - VxlanOverhead : null,
            LargestWireGuardMtu = spec.WireGuardMtu is null
                ? null
                : tun - (spec.WireGuardOverIPv6 ? WireGuardOverIPv6 : WireGuardOverIPv4),
            Arithmetic = [],
        };
        NebulaValidationException.ThrowIfAny("The nesting of packets", [.. Faults(spec, plan)]);
        return plan with { Arithmetic = [.. Arithmetic(spec, plan)] };
    }

    private static IEnumerable<NebulaFault> Faults(MtuSpec spec, MtuPlan plan)
    {
        if (plan.TunMtu > plan.LargestTunMtu)
        {
            yield return new(
                "mtu-tun",
                $"tun.mtu {plan.TunMtu} + {plan.NebulaOverhead} for nebula exceeds the path's {spec.PathMtu}.",
                $"Set tun.mtu to {plan.LargestTunMtu} or less; nebula's default is {NebulaDefault}."
            );
        }

        if (plan.TunMtu < SmallestTun)
        {
            yield return new(
                "mtu-small",
                $"tun.mtu would be {plan.TunMtu}; below {SmallestTun} nothing works.",
                "Check the packet size of the path outside the mesh."
            );
        }

        if (spec.PodsUseIPv6 && (plan.PodMtu ?? plan.TunMtu) < SmallestIPv6)
        {
            var needed = SmallestIPv6 + (spec.Vxlan ? VxlanOverhead : 0);
            yield return new(
                "mtu-ipv6",
                $"Pods would have {plan.PodMtu ?? plan.TunMtu} bytes, but IPv6 needs {SmallestIPv6}.",
                $"Set tun.mtu to {needed} or more, or use IPv4 in pods."
            );
        }

        if (spec.WireGuardMtu > plan.LargestWireGuardMtu)
        {
            yield return new(
                "mtu-wireguard",
                $"WireGuard's {spec.WireGuardMtu} + {plan.TunMtu - plan.LargestWireGuardMtu} for its own headers exceeds tun.mtu {plan.TunMtu}.",
                $"Set its MTU to {plan.LargestWireGuardMtu} or less."
            );
        }
    }

    private static IEnumerable<string> Arithmetic(MtuSpec spec, MtuPlan plan)
    {
        var relay = spec.ThroughRelay ? $" + {RelayOverhead} for a relay" : "";
        var family = spec.OverIPv6 ? $"{OverIPv6} over IPv6" : $"{OverIPv4} over IPv4";
        yield return $"nebula: {spec.PathMtu} - ({family}{relay}) = {plan.LargestTunMtu} at most, {plan.TunMtu} chosen";
        if (plan.PodMtu is { } pod)
        {
            yield return $"pods: {plan.TunMtu} - {VxlanOverhead} for vxlan = {pod}";
        }

        if (plan.LargestWireGuardMtu is { } wireGuard)
        {
            yield return $"WireGuard: {plan.TunMtu} - {plan.TunMtu - wireGuard} = {wireGuard} at most, {spec.WireGuardMtu} chosen";
        }
    }
}

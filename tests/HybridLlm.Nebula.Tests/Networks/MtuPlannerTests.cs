using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Networks;

public sealed class MtuPlannerTests
{
    [Theory]
    [InlineData(1500, false, false, 1440, 1390)]
    [InlineData(1500, true, false, 1420, 1370)]
    [InlineData(1500, false, true, 1408, 1358)]
    [InlineData(1500, true, true, 1388, 1338)]
    [InlineData(9001, false, false, 8941, 8891)]
    public void The_largest_packets_that_fit(int path, bool ipv6, bool relay, int tun, int pod)
    {
        var plan = MtuPlanner.Plan(
            new MtuSpec
            {
                PathMtu = path,
                OverIPv6 = ipv6,
                ThroughRelay = relay,
                Vxlan = true,
            }
        );

        (plan.TunMtu, plan.PodMtu).ShouldBe((tun, pod));
        plan.Arithmetic.Count.ShouldBe(2);
    }

    [Fact]
    public void Nebulas_default_is_too_small_for_ipv6_pods_and_for_liqos_wireguard()
    {
        var plan = () =>
            MtuPlanner.Plan(
                new MtuSpec
                {
                    TunMtu = 1300,
                    Vxlan = true,
                    PodsUseIPv6 = true,
                    WireGuardMtu = 1340,
                }
            );

        plan.ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => (f.Code, f.Remedy))
            .ShouldBe([
                ("mtu-ipv6", "Set tun.mtu to 1330 or more, or use IPv4 in pods."),
                ("mtu-wireguard", "Set its MTU to 1240 or less."),
            ]);
    }

    [Theory]
    [InlineData(1441, "mtu-tun")]
    [InlineData(499, "mtu-small")]
    public void A_device_that_does_not_fit_is_refused(int tun, string code)
    {
        var plan = () => MtuPlanner.Plan(new MtuSpec { TunMtu = tun });

        plan.ShouldThrow<NebulaValidationException>().Code.ShouldBe(code);
    }

    [Fact]
    public void Wireguard_over_the_meshs_ipv6_takes_more()
    {
        MtuSpec spec = new() { TunMtu = 1400, WireGuardMtu = 1320 };

        MtuPlanner.Plan(spec).LargestWireGuardMtu.ShouldBe(1340);
        MtuPlanner.Plan(spec with { WireGuardOverIPv6 = true }).LargestWireGuardMtu.ShouldBe(1320);
    }
}

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>tun</c> that need no certificate. <c>nebula -test</c> looks at none of them.</summary>
internal static class DeviceRules
{
    public static void Check(NebulaConfig config, ConfigFindings findings)
    {
        var tun = config.Tun;
        for (var i = 0; i < tun.Routes.Count; i++)
        {
            if (tun.Routes[i] is not { Route: not null, Mtu: not null })
            {
                findings.Error(
                    $"tun.routes[{i}]",
                    "config-route",
                    "A route lacks its range or its mtu; nebula does not start.",
                    "Give route and mtu."
                );
            }
        }

        for (var i = 0; i < tun.UnsafeRoutes.Count; i++)
        {
            var route = tun.UnsafeRoutes[i];
            if (route.Route is null || route.Via.Count == 0 || route.Via.Any(v => v.Gateway is null))
            {
                findings.Error(
                    $"tun.unsafe_routes[{i}]",
                    "config-unsafe-route",
                    "An unsafe route lacks its range or a gateway; nebula does not start.",
                    "Give route, and in via the mesh address of a member that routes for it."
                );
            }
        }
    }
}

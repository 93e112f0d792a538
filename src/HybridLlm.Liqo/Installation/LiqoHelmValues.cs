using System.Text.Json.Nodes;

namespace HybridLlm.Liqo.Installation;

/// <summary>Values for Liqo's Helm chart. Upstream: deployments/liqo/values.yaml of v1.2.0.</summary>
public static class LiqoHelmValues
{
    /// <summary>The values as YAML.</summary>
    /// <param name="installation">What is installed.</param>
    /// <exception cref="InvalidSpecException">The installation cannot be.</exception>
    public static string Write(LiqoInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        installation.EnsureValid();
        return YamlText.Write(Values(installation));
    }

    private static JsonObject Values(LiqoInstallation installation)
    {
        JsonObject values = new()
        {
            ["discovery"] = new JsonObject
            {
                ["config"] = new JsonObject
                {
                    ["clusterID"] = installation.ClusterId,
                    ["clusterLabels"] = Map(installation.ClusterLabels),
                },
            },
            ["networking"] = new JsonObject { ["enabled"] = false },
            ["ipam"] = Ipam(installation),
            ["telemetry"] = new JsonObject { ["enabled"] = false },
            ["metricAgent"] = new JsonObject { ["enabled"] = false },
        };
        if (installation.ApiServer is { } server)
        {
            values["apiServer"] = new JsonObject { ["address"] = server.AbsoluteUri.TrimEnd('/') };
        }

        return values;
    }

    private static JsonObject Ipam(LiqoInstallation installation)
    {
        // Charts before 1.2 know one range only, under another name, and silently ignore the new one.
        JsonObject ipam = installation.Version is { Major: 1, Minor: < 2 }
            ? new JsonObject { ["podCIDR"] = installation.PodRanges[0] }
            : new JsonObject { ["podCIDRs"] = List(installation.PodRanges) };
        ipam["serviceCIDR"] = installation.ServiceRange;
        ipam["reservedSubnets"] = List(installation.ReservedRanges);
        return ipam;
    }

    private static JsonArray List(IEnumerable<string> items) => [.. items.Select(i => (JsonNode)i)];

    private static JsonObject Map(IReadOnlyDictionary<string, string> items) =>
        new(
            items
                .OrderBy(i => i.Key, StringComparer.Ordinal)
                .Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))
        );
}

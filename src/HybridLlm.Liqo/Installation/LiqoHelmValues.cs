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
            ["networking"] = Network(installation),
            ["ipam"] = Ipam(installation),
            ["telemetry"] = new JsonObject { ["enabled"] = false },
            ["metricAgent"] = new JsonObject { ["enabled"] = false },
        };
        if (installation.ApiServer is { } server)
        {
            values["apiServer"] = new JsonObject { ["address"] = server.AbsoluteUri.TrimEnd('/') };
        }

        AddOffloading(values, installation);
        if (installation.UsesRsaKeys)
        {
            values["authentication"] = new JsonObject { ["tlsCompatibilityMode"] = true };
        }

        AddStorage(values, installation);
        AddOperation(values, installation);
        return values;
    }

    /// <summary>Only what differs from the chart's own values is written, so that a manifest shows what was decided.</summary>
    private static JsonObject Network(LiqoInstallation installation)
    {
        JsonObject network = new() { ["enabled"] = installation.HasNetwork };
        if (!installation.ReflectsAddresses)
        {
            network["reflectIPs"] = false;
        }

        return network;
    }

    private static void AddOffloading(JsonObject values, LiqoInstallation installation)
    {
        JsonObject offloading = [];
        if (installation.DefaultResources.Count > 0)
        {
            offloading["defaultNodeResources"] = Map(installation.DefaultResources);
        }

        if (installation.RuntimeClass is { } name)
        {
            offloading["runtimeClass"] = new JsonObject { ["name"] = name };
        }

        if (offloading.Count > 0)
        {
            values["offloading"] = offloading;
        }

        JsonObject config = [];
        if (installation.Limits is { } limits)
        {
            config["defaultLimitsEnforcement"] = limits.ToString();
        }

        if (installation.FailsOver)
        {
            config["enableNodeFailureController"] = true;
        }

        if (config.Count > 0)
        {
            values["controllerManager"] = new JsonObject { ["config"] = config };
        }

        if (installation.VirtualKubeletArguments.Count > 0)
        {
            values["virtualKubelet"] = new JsonObject
            {
                ["extra"] = new JsonObject { ["args"] = List(installation.VirtualKubeletArguments) },
            };
        }
    }

    private static void AddStorage(JsonObject values, LiqoInstallation installation)
    {
        JsonObject storage = [];
        if (!installation.HasStorage)
        {
            storage["enabled"] = false;
        }

        if (installation.StorageClass is { } name)
        {
            storage["realStorageClassName"] = name;
        }

        if (storage.Count > 0)
        {
            values["storage"] = storage;
        }
    }

    private static void AddOperation(JsonObject values, LiqoInstallation installation)
    {
        if (!installation.ChecksKernel)
        {
            values["requirements"] = new JsonObject { ["kernel"] = new JsonObject { ["enabled"] = false } };
        }

        if (installation.ToleratesDeadWebhook)
        {
            values["webhook"] = new JsonObject { ["failurePolicy"] = "Ignore" };
        }

        if (installation.UpgradesDefinitions)
        {
            values["liqo-crds"] = new JsonObject { ["crdUpgrade"] = new JsonObject { ["enabled"] = true } };
        }

        if (installation.HasMetrics)
        {
            values["metrics"] = new JsonObject { ["enabled"] = true };
        }

        if (installation.ImageTag is { } tag)
        {
            values["tag"] = tag;
        }
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

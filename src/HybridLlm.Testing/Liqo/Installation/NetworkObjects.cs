using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo.Networking;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>What Liqo's chart installs of the network: the cluster's ranges always, the rest where the network is enabled.</summary>
internal static class NetworkObjects
{
    public static void Create(LiqoContext context)
    {
        var options = context.State.Options;
        var hasManyPodRanges = !context.Options.Version.StartsWith("v1.1", StringComparison.Ordinal);
        var pods = hasManyPodRanges ? $"pod-cidr-{options.PodCidr.Replace('.', '-').Replace('/', '-')}" : "pod-cidr";
        CreateRange(context, pods, "pod-cidr", options.PodCidr, isShared: true);
        CreateRange(context, "service-cidr", "service-cidr", options.ServiceCidr, isShared: true);
        CreateRange(context, "external-cidr", "external-cidr", context.Options.ExternalCidr, isShared: false);
        CreateRange(context, "internal-cidr", "internal-cidr", context.Options.InternalCidr, isShared: false);
        if (!context.Options.HasNetworking)
        {
            return;
        }

        CreateTemplate(context, GatewayKind.Server, "wireguard-server", ServerTemplate());
        CreateTemplate(context, GatewayKind.Client, "wireguard-client", new JsonObject());
        if (context.Options.HasProxy)
        {
            CreateProxyAddress(context);
        }
    }

    private static void CreateRange(LiqoContext context, string name, string type, string cidr, bool isShared)
    {
        var network = FirstObjects.New(LiqoNames.Ipam, "Network", name, context.Options.Namespace);
        var labels = LiqoObjects.Labels(context, "ipam");
        labels[LiqoNames.NetworkType] = type;
        if (isShared)
        {
            labels["ipam.liqo.io/network-not-remapped"] = "true";
            labels["ipam.liqo.io/network-shared"] = "true";
        }

        network.Metadata()["labels"] = labels.ToMap();
        network.Metadata()["annotations"] = new JsonObject { [LiqoNames.Preinstalled] = "true" };
        network["spec"] = new JsonObject { ["cidr"] = cidr };
        if (type == "external-cidr")
        {
            network["spec"]!["preAllocated"] = 1;
        }

        context.Client.Create(network);
    }

    private static void CreateTemplate(LiqoContext context, GatewayKind kind, string name, JsonObject spec)
    {
        var template = FirstObjects.New(
            LiqoNames.Networking,
            $"{kind.WireGuardKind}Template",
            name,
            context.Options.Namespace
        );
        template.Metadata()["labels"] = LiqoObjects.Labels(context, "gateway").ToMap();
        template["spec"] = new JsonObject
        {
            ["objectKind"] = new JsonObject { ["apiVersion"] = LiqoNames.Networking, ["kind"] = kind.WireGuardKind },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = spec },
        };
        context.Client.Create(template);
    }

    // The fields a client looks for before it asks for a node port or an address of its own.
    private static JsonObject ServerTemplate() =>
        new()
        {
            ["service"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["type"] = "{{ .Spec.Endpoint.ServiceType }}",
                    ["ports"] = new JsonArray(
                        new JsonObject
                        {
                            ["port"] = "{{ .Spec.Endpoint.Port }}",
                            ["protocol"] = "UDP",
                            ["targetPort"] = "{{ .Spec.Endpoint.Port }}",
                            ["?nodePort"] = "{{ .Spec.Endpoint.NodePort }}",
                        }
                    ),
                    ["?loadBalancerIP"] = "{{ .Spec.Endpoint.LoadBalancerIP }}",
                },
            },
        };

    private static void CreateProxyAddress(LiqoContext context)
    {
        var ip = FirstObjects.New(LiqoNames.Ipam, "IP", "api-server-proxy", context.Options.Namespace);
        ip["spec"] = new JsonObject
        {
            ["ip"] = Ipam.Nth(IPNetwork.Parse(context.State.Options.ServiceCidr), 118).ToString(),
        };
        var created = context.Client.Create(ip);
        created["status"] = new JsonObject
        {
            ["cidr"] = context.Options.ExternalCidr,
            ["ip"] = Ipam.Nth(IPNetwork.Parse(context.Options.ExternalCidr), 2).ToString(),
        };
        context.Client.UpdateStatus(created);
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>On both sides: finds the ranges under which a peer's pods and external addresses are known here.</summary>
internal sealed class ConfigurationController(LiqoContext context) : LiqoController(context)
{
    private const string Configured = "NetworkCIDRsConfigured";

    private static readonly string[] s_uses = ["pod", "external"];

    protected override IEnumerable<JsonObject> Objects() =>
        Client.List(LiqoNames.Networking, "Configuration").Where(c => !c.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject configuration)
    {
        configuration = TellOwnRanges(configuration);
        foreach (var use in s_uses)
        {
            foreach (var cidr in configuration.TextsAt("spec", "remote", "cidr", use))
            {
                Client.Ensure(Network(configuration, use, cidr));
            }
        }

        if (
            Context.Patience.StillWaiting($"ranges of {configuration.Uid()}", Context.Options.ConfigurationTime) is
            { } due
        )
        {
            Write(configuration, ranges: null);
            return due;
        }

        Write(configuration, Ranges(configuration));
        return null;
    }

    private JsonObject TellOwnRanges(JsonObject configuration)
    {
        JsonObject own = new()
        {
            ["cidr"] = new JsonObject
            {
                ["external"] = OwnRanges("external-cidr").ToList(),
                ["pod"] = OwnRanges("pod-cidr").ToList(),
            },
        };
        if (JsonNode.DeepEquals(configuration.ObjectAt("spec", "local"), own))
        {
            return configuration;
        }

        configuration.Make("spec")["local"] = own;
        return Client.Update(configuration);
    }

    private IEnumerable<string> OwnRanges(string type) =>
        Client
            .List(LiqoNames.Ipam, "Network", Context.Options.Namespace)
            .Where(n => n.Label(LiqoNames.NetworkType) == type)
            .Select(n => n.TextAt("status", "cidr"))
            .OfType<string>();

    /// <summary>Null as long as one of them is missing.</summary>
    private JsonObject? Ranges(JsonObject configuration)
    {
        JsonObject ranges = [];
        foreach (var use in s_uses)
        {
            JsonArray given = [];
            foreach (var cidr in configuration.TextsAt("spec", "remote", "cidr", use))
            {
                var name = NameOf(configuration, use, cidr);
                var network = Client.Find(LiqoNames.Ipam, "Network", configuration.Namespace(), name);
                if (network.TextAt("status", "cidr") is not { } range)
                {
                    return null;
                }

                given.Add(range);
            }

            ranges[use] = given;
        }

        return ranges;
    }

    private void Write(JsonObject configuration, JsonObject? ranges)
    {
        var before = configuration.ObjectAt("status")?.Copy();
        var status = configuration.Make("status");
        if (ranges is not null)
        {
            status["remote"] = new JsonObject { ["cidr"] = ranges };
        }

        // 1.1 has no condition: the ranges say all.
        if (!Context.Options.Version.StartsWith("v1.1", StringComparison.Ordinal))
        {
            Say(configuration, status, ranges is not null);
        }

        if (!JsonNode.DeepEquals(before ?? [], status))
        {
            Client.UpdateStatus(configuration);
        }
    }

    private void Say(JsonObject configuration, JsonObject status, bool isConfigured)
    {
        Conditions.Set(
            status,
            Configured,
            isConfigured,
            isConfigured ? "AllNetworksReady" : "WaitingForNetworks",
            isConfigured ? "All network CIDRs are configured" : "Waiting for network CIDRs to be configured",
            Context.NowText
        );
        status.ObjectsAt("conditions").First(c => c.TextAt("type") == Configured)["observedGeneration"] = configuration[
            "metadata"
        ]!["generation"]!.DeepClone();
    }

    private static string NameOf(JsonObject configuration, string use, string cidr) =>
        $"{configuration.Name()}-{use}-{cidr.Replace('.', '-').Replace('/', '-')}";

    private static JsonObject Network(JsonObject configuration, string use, string cidr)
    {
        var network = LiqoContext.New(
            LiqoNames.Ipam,
            "Network",
            configuration.Namespace(),
            NameOf(configuration, use, cidr),
            ("configuration.liqo.io/name", configuration.Name()),
            (LiqoNames.NetworkType, $"{use}-cidr"),
            (LiqoNames.RemoteId, configuration.Label(LiqoNames.RemoteId) ?? configuration.Name())
        );
        network.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(configuration));
        network["spec"] = new JsonObject { ["cidr"] = cidr };
        return network;
    }
}

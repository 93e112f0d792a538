using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>Sends the pods of an offloaded namespace where its NamespaceOffloading says, when they are created.</summary>
internal static class PodPlacing
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    public static void Apply(LiqoContext context, string ns, JsonObject pod)
    {
        if (
            !Concerns(context, ns)
            || context.Client.Find(LiqoNames.Offloading, "NamespaceOffloading", ns, "offloading") is not { } offloading
            || pod.TextAt("spec", "runtimeClassName") == "liqo"
        )
        {
            return;
        }

        var terms = offloading.ObjectsAt("spec", "clusterSelector", "nodeSelectorTerms").Select(Expressions).ToList();
        switch (offloading.TextAt("spec", "podOffloadingStrategy"))
        {
            case "Remote":
                Tolerate(pod);
                Require(
                    pod,
                    terms.Count == 0
                        ?
                        [
                            [],
                        ]
                        : terms,
                    "In"
                );
                break;
            case "LocalAndRemote":
                Tolerate(pod);
                if (terms.Count > 0)
                {
                    Narrow(pod, [.. terms, [Type("NotIn")]]);
                }

                break;
        }
    }

    /// <summary>Whether pods of a namespace are looked at.</summary>
    public static bool Concerns(LiqoContext context, string ns) =>
        context.Client.Find("v1", "Namespace", "", ns)?.Label(LiqoNames.SchedulingEnabled) == "true";

    private static void Tolerate(JsonObject pod)
    {
        var spec = pod.Make("spec");
        if (spec.ListAt("tolerations") is not { } tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        if (!tolerations.Any(t => t.TextAt("key") == LiqoNames.NotAllowed))
        {
            JsonNode toleration = new JsonObject
            {
                ["effect"] = "NoExecute",
                ["key"] = LiqoNames.NotAllowed,
                ["operator"] = "Exists",
            };
            tolerations.Add(toleration);
        }
    }

    private static void Require(JsonObject pod, List<List<JsonObject>> terms, string operation) =>
        Narrow(pod, [.. terms.Select(t => (List<JsonObject>)[.. t, Type(operation)])]);

    // What the pod itself requires must hold too: every combination of its terms with ours.
    private static void Narrow(JsonObject pod, List<List<JsonObject>> terms)
    {
        var affinity = pod.Make("spec").Make("affinity").Make("nodeAffinity");
        var own = affinity.ObjectsAt(Required, "nodeSelectorTerms").Select(Expressions).ToList();
        var combined = (
            own.Count == 0
                ?
                [
                    [],
                ]
                : own
        ).SelectMany(o => terms.Select(t => o.Concat(t)));
        affinity.Make(Required)["nodeSelectorTerms"] = new JsonArray([
            .. combined.Select(c =>
                (JsonNode)new JsonObject { ["matchExpressions"] = new JsonArray([.. c.Select(e => e.DeepClone())]) }
            ),
        ]);
    }

    private static List<JsonObject> Expressions(JsonObject term) => [.. term.ObjectsAt("matchExpressions")];

    private static JsonObject Type(string operation) =>
        new()
        {
            ["key"] = LiqoNames.NodeType,
            ["operator"] = operation,
            ["values"] = new JsonArray("virtual-node"),
        };
}

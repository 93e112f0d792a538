using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>On a consumer: asks the selected providers for a namespace, and tells how far they are.</summary>
internal sealed class NamespaceOffloadingController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Offloading, "NamespaceOffloading");

    protected override DateTimeOffset? Reconcile(JsonObject offloading)
    {
        if (!offloading.IsDeleting() && !offloading.Finalizers().Contains(LiqoNames.OffloadingFinalizer))
        {
            offloading.SetFinalizers([.. offloading.Finalizers(), LiqoNames.OffloadingFinalizer]);
            offloading = Client.Update(offloading);
        }

        var ns = offloading.Namespace();
        var name = RemoteName(offloading);
        LabelNamespace(ns, !offloading.IsDeleting());
        var maps = Client
            .List(LiqoNames.Offloading, "NamespaceMap")
            .Where(m => m.Label(LiqoNames.Replication) == "true")
            .Select(m => (Map: m, Required: !offloading.IsDeleting() && Selects(offloading, m.Name())))
            .ToList();
        foreach (var (map, isRequired) in maps.Where(m => !m.Map.IsDeleting()))
        {
            Ask(map, ns, isRequired ? name : null);
        }

        var status = OffloadingSummary.Of(offloading, maps, name, Context.NowText);
        if (!JsonNode.DeepEquals(offloading["status"], status))
        {
            offloading["status"] = status.Copy();
            offloading = Client.UpdateStatus(offloading);
        }

        if (offloading.IsDeleting() && status.ObjectAt("remoteNamespacesConditions") is null)
        {
            offloading.SetFinalizers([.. offloading.Finalizers().Where(f => f != LiqoNames.OffloadingFinalizer)]);
            Client.Update(offloading);
        }

        return null;
    }

    private string RemoteName(JsonObject offloading) =>
        offloading.TextAt("spec", "namespaceMappingStrategy") switch
        {
            "EnforceSameName" => offloading.Namespace(),
            "SelectedName" => offloading.TextAt("spec", "remoteNamespaceName") ?? "",
            _ => $"{offloading.Namespace()}-{Context.ClusterId}",
        };

    private void LabelNamespace(string name, bool isEnabled)
    {
        if (
            Client.Find("v1", "Namespace", "", name) is not { } ns
            || ns.IsDeleting()
            || (ns.Label(LiqoNames.SchedulingEnabled) == "true") == isEnabled
        )
        {
            return;
        }

        var labels = ns.Metadata().Make("labels");
        labels.Remove(LiqoNames.SchedulingEnabled);
        if (isEnabled)
        {
            labels[LiqoNames.SchedulingEnabled] = "true";
        }

        Client.Update(ns);
    }

    private bool Selects(JsonObject offloading, string remoteId)
    {
        var selector = offloading.ObjectAt("spec", "clusterSelector");
        return Client
            .List(LiqoNames.Offloading, "VirtualNode")
            .Where(v => !v.IsDeleting() && v.TextAt("spec", "clusterID") == remoteId)
            .Any(v => !selector.ObjectsAt("nodeSelectorTerms").Any() || NodeFit.Matches(selector!, LabelsOf(v)));
    }

    // Before the Node is there, its labels are told by the virtual node.
    private IReadOnlyDictionary<string, string> LabelsOf(JsonObject virtualNode)
    {
        if (Client.Find("v1", "Node", "", virtualNode.Name()) is { } node)
        {
            return node.MapAt("metadata", "labels");
        }

        var labels = virtualNode.MapAt("spec", "labels").ToDictionary();
        labels[LiqoNames.NodeType] = "virtual-node";
        return labels;
    }

    private void Ask(JsonObject map, string ns, string? remote)
    {
        if (map.TextAt("spec", "desiredMapping", ns) == remote)
        {
            return;
        }

        var spec = map.Make("spec");
        if (remote is not null)
        {
            spec.Make("desiredMapping")[ns] = remote;
        }
        else
        {
            spec.Make("desiredMapping").Remove(ns);
            if (spec.Make("desiredMapping").Count == 0)
            {
                spec.Remove("desiredMapping");
            }
        }

        Client.Update(map);
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>On a provider: runs the pods its consumers send.</summary>
internal sealed class ShadowPodController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() =>
        Client.List(LiqoNames.Offloading, "ShadowPod").Where(s => !s.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject shadow)
    {
        if (Client.Find("v1", "Pod", shadow.Namespace(), shadow.Name()) is not { } pod)
        {
            pod = Client.Create(Pod(shadow));
            Context.Recorder.Normal(shadow, "CreatedPod", "Successfully created pod from ShadowPod");
        }

        if (pod.TextAt("status", "phase") is { } phase && phase != shadow.TextAt("status", "phase"))
        {
            shadow["status"] = new JsonObject { ["phase"] = phase };
            Client.UpdateStatus(shadow);
        }

        return null;
    }

    private static JsonObject Pod(JsonObject shadow)
    {
        var pod = LiqoContext.New("v1", "Pod", shadow.Namespace(), shadow.Name());
        var metadata = pod.Metadata();
        metadata["labels"] = shadow.ObjectAt("metadata", "labels")!.Copy();
        metadata.Make("labels")["liqo.io/managed-by"] = "shadowpod";
        if (shadow.ObjectAt("metadata", "annotations") is { } annotations)
        {
            metadata["annotations"] = annotations.Copy();
        }

        metadata["ownerReferences"] = new JsonArray(Owner.Reference(shadow));
        pod["spec"] = shadow.ObjectAt("spec", "pod")!.Copy();
        return pod;
    }
}

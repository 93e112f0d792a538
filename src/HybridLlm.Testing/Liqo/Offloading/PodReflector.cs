using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo.Peering;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>On a consumer: what the virtual kubelets do with the pods of their Nodes.</summary>
internal sealed class PodReflector(LiqoContext context) : LiqoController(context)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    protected override IEnumerable<JsonObject> Objects()
    {
        var nodes = Client.List(LiqoNames.Offloading, "VirtualNode").Select(v => v.Name()).ToHashSet();
        return nodes.Count == 0
            ? []
            : Client.List("v1", "Pod").Where(p => nodes.Contains(p.TextAt("spec", "nodeName") ?? ""));
    }

    protected override DateTimeOffset? Reconcile(JsonObject pod)
    {
        var virtualNode = Client
            .List(LiqoNames.Offloading, "VirtualNode")
            .First(v => v.Name() == pod.TextAt("spec", "nodeName"));
        var id = virtualNode.TextAt("spec", "clusterID")!;
        if (Context.Remote(id) is not { } remote)
        {
            return Context.Now + s_retry;
        }

        var mapping = Client
            .Find(LiqoNames.Offloading, "NamespaceMap", virtualNode.Namespace(), id)
            .ObjectAt("status", "currentMapping", pod.Namespace());
        var there = mapping.TextAt("remoteNamespace");
        if (pod.IsDeleting())
        {
            return Remove(pod, remote, there);
        }

        if (mapping.TextAt("phase") != "Accepted")
        {
            Abort(pod, id);
            return null;
        }

        Reflect(pod, virtualNode, remote, there!);
        return null;
    }

    private void Reflect(JsonObject pod, JsonObject virtualNode, RemoteCluster remote, string remoteNamespace)
    {
        if (pod.Label(LiqoNames.ShadowPod) != "true")
        {
            pod.Metadata().Make("labels")[LiqoNames.ShadowPod] = "true";
            pod = Client.Update(pod);
        }

        if (remote.Client.Find(LiqoNames.Offloading, "ShadowPod", remoteNamespace, pod.Name()) is null)
        {
            var user = LocalSliceController.UserOf(virtualNode.Label(LiqoNames.SliceName) ?? "", Context.ClusterId);
            remote.Client.Create(RemotePod.Shadow(pod, virtualNode, Context.ClusterId, user, remoteNamespace));
            Context.Recorder.Normal(
                pod,
                "SuccessfulReflection",
                $"Successfully reflected object to cluster \"{virtualNode.TextAt("spec", "clusterID")}\""
            );
        }

        if (remote.Client.Find("v1", "Pod", remoteNamespace, pod.Name()).ObjectAt("status") is { } status)
        {
            var reflected = status.Copy();
            reflected.Remove("observedGeneration");
            if (!JsonNode.DeepEquals(pod["status"], reflected))
            {
                pod["status"] = reflected;
                Client.UpdateStatus(pod);
            }
        }
    }

    private DateTimeOffset? Remove(JsonObject pod, RemoteCluster remote, string? remoteNamespace)
    {
        if (remoteNamespace is not null)
        {
            if (
                remote.Client.Find(LiqoNames.Offloading, "ShadowPod", remoteNamespace, pod.Name()) is { } shadow
                && !shadow.IsDeleting()
            )
            {
                remote.Client.Delete(shadow);
            }

            if (remote.Client.Find("v1", "Pod", remoteNamespace, pod.Name()) is not null)
            {
                return null;
            }
        }

        Client.Delete(pod, graceSeconds: 0);
        return null;
    }

    // A pod whose namespace is not offloaded any more is over; its ReplicaSet makes another.
    private void Abort(JsonObject pod, string id)
    {
        if (pod.Label(LiqoNames.ShadowPod) != "true" || pod.TextAt("status", "phase") is "Failed" or "Succeeded")
        {
            return;
        }

        pod.Make("status")["phase"] = "Failed";
        pod.Make("status")["reason"] = "OffloadingAborted";
        Context.Recorder.Warning(
            Client.UpdateStatus(pod),
            "ReflectionDisabled",
            $"Reflection to cluster \"{id}\" disabled for namespace \"{pod.Namespace()}\""
        );
    }
}

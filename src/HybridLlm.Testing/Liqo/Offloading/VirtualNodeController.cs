using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>On a consumer: starts a virtual kubelet for each virtual node, and takes it down in order.</summary>
internal sealed class VirtualNodeController(LiqoContext context) : LiqoController(context)
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private readonly NodeDrain _drain = new(context);

    public static string DeploymentName(JsonObject virtualNode) => $"vk-{virtualNode.Name()}";

    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Offloading, "VirtualNode");

    protected override DateTimeOffset? Reconcile(JsonObject node)
    {
        if (node.IsDeleting())
        {
            return node.Finalizers().Contains(LiqoNames.VirtualNodeFinalizer) ? TakeDown(node) : null;
        }

        if (!node.Finalizers().Contains(LiqoNames.VirtualNodeFinalizer))
        {
            node.SetFinalizers([.. node.Finalizers(), LiqoNames.VirtualNodeFinalizer]);
            node = Client.Update(node);
        }

        Client.Ensure(
            LiqoContext.New("v1", "ServiceAccount", node.Namespace(), node.Name(), (LiqoNames.Managed, "true"))
        );
        Client.Ensure(ClusterRoleBinding(node));
        if (Client.Find("apps/v1", "Deployment", node.Namespace(), DeploymentName(node)) is null)
        {
            Client.Create(Deployment(node));
            Context.Recorder.Normal(
                node,
                "VkCreated",
                $"[{node.Name()}] Launching virtual-kubelet {DeploymentName(node)} in namespace {node.Namespace()}"
            );
        }

        Client.Ensure(NamespaceMap(node));

        // The real one lists each condition twice.
        SetConditions(
            node,
            ("VirtualKubelet", "Running"),
            ("Node", "Running"),
            ("VirtualKubelet", "Running"),
            ("Node", "Running")
        );
        return null;
    }

    private DateTimeOffset? TakeDown(JsonObject node)
    {
        if (_drain.Advance(node) is { } due)
        {
            return due;
        }

        if (Context.Patience.StillWaiting($"removal of {node.Uid()}", Context.Options.NodeRemovalTime) is { } removal)
        {
            return removal;
        }

        // The real one says so only when the drain is over.
        node = SetConditions(
            node,
            ("VirtualKubelet", "Deleting"),
            ("Node", "Draining"),
            ("VirtualKubelet", "Deleting"),
            ("Node", "Draining"),
            ("Node", "Draining"),
            ("VirtualKubelet", "Deleting")
        );

        if (Client.Find("apps/v1", "Deployment", node.Namespace(), DeploymentName(node)) is { } deployment)
        {
            VirtualKubelet.ReleaseLeases(Context, node);
            Client.Delete(deployment);
            Context.Recorder.Normal(
                node,
                "VkDeleted",
                $"[{node.Name()}] Deleting virtual-kubelet in namespace {node.Namespace()}"
            );
        }

        if (Client.List("v1", "Pod", node.Namespace()).Any(p => p.Label("liqo.io/virtual-node") == node.Name()))
        {
            return null;
        }

        DeleteIfThere(Rbac, "ClusterRoleBinding", "", $"liqo-node-{node.Name()}");
        DeleteIfThere("v1", "ServiceAccount", node.Namespace(), node.Name());
        DeleteIfThere("v1", "Node", "", node.Name());
        if (!Client.List(LiqoNames.Offloading, "VirtualNode").Any(o => IsAnotherOfPeer(o, node)))
        {
            DeleteIfThere(LiqoNames.Offloading, "NamespaceMap", node.Namespace(), node.TextAt("spec", "clusterID")!);
        }

        node.SetFinalizers([.. node.Finalizers().Where(f => f != LiqoNames.VirtualNodeFinalizer)]);
        Client.Update(node);
        return null;
    }

    private static bool IsAnotherOfPeer(JsonObject o, JsonObject node) =>
        o.Uid() != node.Uid() && o.TextAt("spec", "clusterID") == node.TextAt("spec", "clusterID");

    private void DeleteIfThere(string apiVersion, string kind, string ns, string name)
    {
        if (Client.Find(apiVersion, kind, ns, name) is { } there && !there.IsDeleting())
        {
            Client.Delete(there);
        }
    }

    private JsonObject SetConditions(JsonObject node, params (string Type, string Status)[] conditions)
    {
        var there = node.ObjectsAt("status", "conditions")
            .Select(c => (c.TextAt("type") ?? "", c.TextAt("status") ?? ""));
        if (there.SequenceEqual(conditions))
        {
            return node;
        }

        node.Make("status")["conditions"] = new JsonArray([
            .. conditions.Select(c =>
                (JsonNode)
                    new JsonObject
                    {
                        ["lastTransitionTime"] = Context.NowText,
                        ["status"] = c.Status,
                        ["type"] = c.Type,
                    }
            ),
        ]);
        return Client.UpdateStatus(node);
    }

    private static JsonObject ClusterRoleBinding(JsonObject node)
    {
        var binding = LiqoContext.New(
            Rbac,
            "ClusterRoleBinding",
            "",
            $"liqo-node-{node.Name()}",
            (LiqoNames.ManagedBy, "liqo"),
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, node.TextAt("spec", "clusterID")!)
        );
        binding["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = "liqo-virtual-kubelet-local" };
        binding["subjects"] = new JsonArray(
            new JsonObject
            {
                ["kind"] = "ServiceAccount",
                ["name"] = node.Name(),
                ["namespace"] = node.Namespace(),
            }
        );
        return binding;
    }

    private static JsonObject NamespaceMap(JsonObject node)
    {
        var id = node.TextAt("spec", "clusterID")!;
        var map = LiqoContext.New(
            LiqoNames.Offloading,
            "NamespaceMap",
            node.Namespace(),
            id,
            (LiqoNames.RemoteId, id),
            (LiqoNames.ReplicationTarget, id),
            (LiqoNames.Replication, "true")
        );
        map["spec"] = new JsonObject();
        return map;
    }

    private JsonObject Deployment(JsonObject node)
    {
        var id = node.TextAt("spec", "clusterID")!;
        JsonObject Labels() =>
            new()
            {
                [LiqoNames.RemoteId] = id,
                ["liqo.io/virtual-node"] = node.Name(),
                ["offloading.liqo.io/component"] = "virtual-kubelet",
            };
        var deployment = FirstObjects.New("apps/v1", "Deployment", DeploymentName(node), node.Namespace());
        deployment.Metadata()["labels"] = Labels();
        deployment.Metadata().Make("labels")[LiqoNames.Managed] = "true";
        deployment["spec"] = new JsonObject
        {
            ["replicas"] = 1,
            ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels() },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "virtual-kubelet",
                            ["image"] = $"ghcr.io/liqotech/virtual-kubelet:{Context.Options.Version}",
                            ["args"] = new JsonArray(
                                $"--foreign-cluster-id={id}",
                                $"--nodename={node.Name()}",
                                $"--tenant-namespace={node.Namespace()}",
                                $"--home-cluster-id={Context.ClusterId}"
                            ),
                        }
                    ),
                },
            },
        };
        return deployment;
    }
}

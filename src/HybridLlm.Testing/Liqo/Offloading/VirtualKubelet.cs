using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Liqo.Networking;
using HybridLlm.Testing.Liqo.Peering;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>
/// The Node of each virtual node: brought up when its virtual kubelet runs, given up by the node lifecycle controller when the provider
/// has not answered for long enough.
/// </summary>
internal sealed class VirtualKubelet(LiqoContext context) : LiqoController(context)
{
    private const string Coordination = "coordination.k8s.io/v1";
    private const string LeaderElection = "virtual-kubelet-leader-election";

    // Kubernetes waits 50 s from the last heartbeat; the heartbeat before the provider's death is up to 10 s old.
    private static readonly TimeSpan s_untilUnknown = TimeSpan.FromSeconds(59);
    private static readonly TimeSpan s_untilEviction = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan s_leaseLife = TimeSpan.FromSeconds(20);

    public static void ReleaseLeases(LiqoContext context, JsonObject virtualNode)
    {
        if (context.Client.Find(Coordination, "Lease", virtualNode.Namespace(), virtualNode.Name()) is { } lease)
        {
            lease.Make("spec")["renewTime"] = Meta.Micros(context.Now);
            context.Client.Update(lease);
        }
    }

    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Offloading, "VirtualNode");

    protected override DateTimeOffset? Reconcile(JsonObject virtualNode)
    {
        if (virtualNode.IsDeleting())
        {
            return Client.Find("v1", "Node", "", virtualNode.Name()) is { } last ? WatchLoss(virtualNode, last) : null;
        }

        if (
            Client.Find(
                "apps/v1",
                "Deployment",
                virtualNode.Namespace(),
                VirtualNodeController.DeploymentName(virtualNode)
            )
            is null
        )
        {
            return null;
        }

        return Client.Find("v1", "Node", "", virtualNode.Name()) is { } node
            ? Watch(virtualNode, node)
            : BringUp(virtualNode);
    }

    private DateTimeOffset? BringUp(JsonObject virtualNode)
    {
        if (Context.Patience.StillWaiting($"node of {virtualNode.Uid()}", Context.Options.NodeTime) is { } due)
        {
            return due;
        }

        var lease = Client.Find(Coordination, "Lease", virtualNode.Namespace(), virtualNode.Name());
        if (Meta.Time(lease.TextAt("spec", "renewTime")) + s_leaseLife is { } free && free > Context.Now)
        {
            return free;
        }

        if (Context.Remote(virtualNode.TextAt("spec", "clusterID")!) is null)
        {
            return Context.Now + Context.Options.PingPeriod;
        }

        Client.Ensure(FirstObjects.New(Coordination, "Lease", virtualNode.Name(), virtualNode.Namespace()));
        Client.Ensure(FirstObjects.New(Coordination, "Lease", LeaderElection, virtualNode.Namespace()));
        RequestServingCertificate(virtualNode);
        VirtualNodeNode.Register(Context, virtualNode, NetworkState(virtualNode));
        return null;
    }

    /// <summary>Whether the network to the provider is up; null when it is nobody's business.</summary>
    private bool? NetworkState(JsonObject virtualNode)
    {
        var id = virtualNode.TextAt("spec", "clusterID")!;
        return
            Context.ForeignCluster(id).IsTrueAt("status", "modules", "networking", "enabled")
            && !virtualNode.IsTrueAt("spec", "disableNetworkCheck")
            ? Tunnel.IsConnected(Context, id)
            : null;
    }

    private void RequestServingCertificate(JsonObject virtualNode)
    {
        var user = $"system:node:{virtualNode.Name()}";
        var account = $"serviceaccount:{virtualNode.Namespace()}:{virtualNode.Name()}";
        var request = new ClusterClient(Context.State, account).Create(
            new JsonObject
            {
                ["apiVersion"] = "certificates.k8s.io/v1",
                ["kind"] = "CertificateSigningRequest",
                ["metadata"] = new JsonObject { ["generateName"] = "csr-" },
                ["spec"] = new JsonObject
                {
                    ["request"] = Convert.ToBase64String(
                        Encoding.ASCII.GetBytes(Context.Keys.Request("system:nodes", user))
                    ),
                    ["signerName"] = "kubernetes.io/kubelet-serving",
                    ["usages"] = new JsonArray("digital signature", "key encipherment", "server auth"),
                },
            }
        );
        Conditions.Set(
            request.Make("status"),
            "Approved",
            true,
            "LiqoApproval",
            "This CSR was approved by Liqo",
            Context.NowText
        );
        Client.Update(request, "approval");
    }

    private DateTimeOffset? Watch(JsonObject virtualNode, JsonObject node)
    {
        if (!IsLost(virtualNode))
        {
            Context.Patience.Forget(LossOf(virtualNode));
            var network = NetworkState(virtualNode);
            VirtualNodeNode.Resize(Context, virtualNode, node);
            if (!Conditions.IsTrue(node, "Ready") && network != false)
            {
                VirtualNodeNode.Recover(Context, node, PodsOn(node), network);
            }
            else if (Conditions.IsTrue(node, "Ready") && network == false)
            {
                VirtualNodeNode.LoseNetwork(Context, node);
            }

            return null;
        }

        return WatchLoss(virtualNode, node);
    }

    private static string LossOf(JsonObject virtualNode) => $"loss of {virtualNode.Uid()}";

    private bool IsLost(JsonObject virtualNode) =>
        Context
            .ForeignCluster(virtualNode.TextAt("spec", "clusterID")!)
            .ObjectsAt("status", "conditions")
            .Any(c => c.TextAt("type") == "APIServerStatus" && c.TextAt("status") == "Error");

    private DateTimeOffset? WatchLoss(JsonObject virtualNode, JsonObject node)
    {
        var key = LossOf(virtualNode);
        if (!IsLost(virtualNode))
        {
            return null;
        }

        if (Context.Patience.StillWaiting(key, s_untilUnknown) is { } unknown)
        {
            return unknown;
        }

        if (Conditions.IsTrue(node, "Ready"))
        {
            VirtualNodeNode.GiveUp(Context, node, PodsOn(node));
            ForeignClusterController.Reconsider(Context, virtualNode.TextAt("spec", "clusterID")!);
        }

        if (Context.Patience.StillWaiting(key, s_untilUnknown + s_untilEviction) is { } eviction)
        {
            return eviction;
        }

        foreach (var pod in PodsOn(node).Where(p => !p.IsDeleting()))
        {
            Client.Delete(pod);
        }

        return null;
    }

    private List<JsonObject> PodsOn(JsonObject node) =>
        [.. Client.List("v1", "Pod").Where(p => p.TextAt("spec", "nodeName") == node.Name())];
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Keeps one ReplicaSet a pod template for each Deployment, and tells how far it is.</summary>
internal sealed class DeploymentController(ClusterState cluster) : IController
{
    private const string Apps = "apps/v1";
    private const string HashLabel = "pod-template-hash";

    private readonly ClusterClient _client = new(cluster, "kube-controller-manager");

    public DateTimeOffset? Reconcile()
    {
        var sets = _client.List(Apps, "ReplicaSet");
        foreach (var deployment in _client.List(Apps, "Deployment").Where(d => !d.IsDeleting()))
        {
            Reconcile(deployment, [.. sets.Where(s => Owner.Is(s, deployment))]);
        }

        return null;
    }

    private void Reconcile(JsonObject deployment, List<JsonObject> sets)
    {
        var hash = Hash(deployment.ObjectAt("spec", "template")!);
        var wanted = deployment.NumberAt("spec", "replicas") ?? 1;
        var current = sets.Find(s => s.Label(HashLabel) == hash);
        var old = sets.Where(s => s != current).ToList();
        var isRecreate = deployment.TextAt("spec", "strategy", "type") == "Recreate";
        if (isRecreate && old.Any(s => (s.NumberAt("status", "replicas") ?? 0) > 0))
        {
            old.ForEach(s => Scale(s, 0));
        }
        else if (current is null)
        {
            current = _client.Create(NewSet(deployment, hash, wanted));
        }
        else
        {
            Scale(current, wanted);
            if ((current.NumberAt("status", "availableReplicas") ?? 0) >= wanted)
            {
                old.ForEach(s => Scale(s, 0));
            }
        }

        WriteStatus(deployment, current, [.. old, .. current is null ? [] : new[] { current }], wanted);
    }

    private void Scale(JsonObject set, long replicas)
    {
        if (set.NumberAt("spec", "replicas") != replicas)
        {
            set.Make("spec")["replicas"] = replicas;
            _client.Update(set);
        }
    }

    private void WriteStatus(JsonObject deployment, JsonObject? current, IReadOnlyList<JsonObject> sets, long wanted)
    {
        var available = sets.Sum(s => s.NumberAt("status", "availableReplicas") ?? 0);
        var isAvailable = available >= wanted;
        var before = deployment.Copy();
        var status = deployment.Make("status");
        status["observedGeneration"] = deployment.NumberAt("metadata", "generation");
        Replicas.SetOrRemove(status, "replicas", sets.Sum(s => s.NumberAt("status", "replicas") ?? 0));
        Replicas.SetOrRemove(status, "updatedReplicas", current?.NumberAt("status", "replicas") ?? 0);
        Replicas.SetOrRemove(status, "readyReplicas", sets.Sum(s => s.NumberAt("status", "readyReplicas") ?? 0));
        Replicas.SetOrRemove(status, "availableReplicas", available);
        Replicas.SetOrRemove(status, "unavailableReplicas", Math.Max(0, wanted - available));
        Conditions.Set(
            status,
            "Available",
            isAvailable,
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
            cluster.NowText
        );
        if (!JsonNode.DeepEquals(before, deployment))
        {
            _client.UpdateStatus(deployment);
        }
    }

    private static JsonObject NewSet(JsonObject deployment, string hash, long replicas)
    {
        var set = FirstObjects.New(Apps, "ReplicaSet", $"{deployment.Name()}-{hash}", deployment.Namespace());
        var template = deployment.ObjectAt("spec", "template")!.Copy();
        template.Metadata().Make("labels")[HashLabel] = hash;
        var selector = deployment.ObjectAt("spec", "selector")!.Copy();
        selector.Make("matchLabels")[HashLabel] = hash;
        set.Metadata()["labels"] = template.ObjectAt("metadata", "labels")!.DeepClone();
        set.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(deployment));
        set["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = selector,
            ["template"] = template,
        };
        return set;
    }

    private static string Hash(JsonObject template) =>
        Convert.ToHexStringLower(SHA256.HashData(template.ToBytes()))[..10];
}

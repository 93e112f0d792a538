using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;
using HybridLlm.Testing.Kubernetes.Writing;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Deletes what has lost all its owners, and lets go owners that wait for their dependents.</summary>
internal sealed class GarbageCollector(ClusterState cluster) : IController
{
    private readonly ClusterClient _client = new(cluster, "generic-garbage-collector");

    public DateTimeOffset? Reconcile()
    {
        var stored = cluster.Store.All().Select(p => p.Value).ToList();
        List<JsonObject> all = [.. stored.Where(o => o.HasOwners || o.IsDeleting).Select(o => o.Open())];
        var byUid = stored.ToDictionary(o => o.Uid);
        foreach (var o in all)
        {
            if (!o.IsDeleting() && Owners(o).Count > 0 && Owners(o).All(uid => IsLost(uid, byUid)))
            {
                _client.Delete(o);
            }
            else if (o.IsDeleting())
            {
                Release(o, all);
            }
        }

        return null;
    }

    // An owner that is deleted in the foreground takes its dependents with it before it goes.
    private static bool IsLost(string uid, Dictionary<string, StoredObject> byUid) =>
        !byUid.TryGetValue(uid, out var owner)
        || (owner.IsDeleting && owner.Open().Finalizers().Contains(Deletions.Foreground));

    private void Release(JsonObject owner, List<JsonObject> all)
    {
        var finalizer = owner.Finalizers().FirstOrDefault(f => f is Deletions.Foreground or Deletions.Orphan);
        if (finalizer is null)
        {
            return;
        }

        var dependents = all.Where(o => Owners(o).Contains(owner.Uid())).ToList();
        if (finalizer == Deletions.Orphan)
        {
            dependents.ForEach(d => Orphan(d, owner));
        }
        else if (dependents.Count > 0)
        {
            return;
        }

        owner.SetFinalizers([.. owner.Finalizers().Where(f => f != finalizer)]);
        _client.Update(owner);
    }

    private void Orphan(JsonObject dependent, JsonObject owner)
    {
        var left = dependent.ObjectsAt("metadata", "ownerReferences").Where(r => r.TextAt("uid") != owner.Uid());
        dependent.Metadata()["ownerReferences"] = new JsonArray([.. left.Select(r => r.DeepClone())]);
        _client.Update(dependent);
    }

    private static List<string> Owners(JsonObject o) =>
        [.. o.ObjectsAt("metadata", "ownerReferences").Select(r => r.TextAt("uid") ?? "")];
}

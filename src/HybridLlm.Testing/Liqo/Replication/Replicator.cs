using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo.Peering;

namespace HybridLlm.Testing.Liqo.Replication;

/// <summary>On a consumer: keeps a copy of certain objects at the provider, and the copy's status at home.</summary>
internal sealed class Replicator(LiqoContext context) : LiqoController(context)
{
    private static readonly (string ApiVersion, string Kind)[] s_kinds =
    [
        (LiqoNames.Authentication, "Renew"),
        (LiqoNames.Authentication, "ResourceSlice"),
        (LiqoNames.Offloading, "NamespaceMap"),
    ];
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    // Twelve seconds after the rights had come back the real one had not tried again; when it does is not known.
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _refused = new(StringComparer.Ordinal);

    /// <summary>Everything at home that is, or was, to be replicated to a provider.</summary>
    public static IEnumerable<JsonObject> Replicable(LiqoContext context) =>
        s_kinds
            .SelectMany(k => context.Client.List(k.ApiVersion, k.Kind))
            .Where(o => o.Label(LiqoNames.Replication) == "true" && o.Label(LiqoNames.ReplicationTarget) is not null);

    /// <summary>Everything a provider holds of a consumer's.</summary>
    public static IEnumerable<JsonObject> Replicas(RemoteCluster remote, string consumerId) =>
        s_kinds
            .SelectMany(k => remote.Client.List(k.ApiVersion, k.Kind, remote.TenantNamespace))
            .Where(o => o.Label(LiqoNames.ReplicationOrigin) == consumerId);

    protected override IEnumerable<JsonObject> Objects() => Context.Options.ReplicatorRuns ? Replicable(Context) : [];

    protected override DateTimeOffset? Reconcile(JsonObject o)
    {
        var target = o.Label(LiqoNames.ReplicationTarget)!;
        if (Context.ReplicatorSecret(target) is not { } secret)
        {
            return null;
        }

        var remote = Context.Remote(target);
        if (o.IsDeleting())
        {
            return Remove(o, target, remote);
        }

        if (secret.IsDeleting())
        {
            return null;
        }

        if (!o.Finalizers().Contains(LiqoNames.ReplicaFinalizer))
        {
            o.SetFinalizers([.. o.Finalizers(), LiqoNames.ReplicaFinalizer]);
            o = Client.Update(o);
        }

        if (remote is null)
        {
            return Context.Now + s_retry;
        }

        if (Refusal(o, remote) is { } later)
        {
            return later;
        }

        var replica = Write(o, remote);
        if (replica["status"] is JsonObject status && !JsonNode.DeepEquals(o["status"], status))
        {
            o["status"] = status.Copy();
            Client.UpdateStatus(o);
        }

        return null;
    }

    /// <summary>When to try again where the provider has taken this consumer's rights away.</summary>
    private DateTimeOffset? Refusal(JsonObject o, RemoteCluster remote)
    {
        if (_refused.TryGetValue(o.Uid(), out var next) && next > Context.Now)
        {
            return next;
        }

        if (
            Find(o, remote) is not null
            || remote.Client.Find(Rbac, "RoleBinding", remote.TenantNamespace, TenantDrain.Binding) is not null
        )
        {
            _refused.Remove(o.Uid());
            return null;
        }

        return _refused[o.Uid()] = Context.Now + s_afterRefusal;
    }

    private DateTimeOffset? Remove(JsonObject o, string target, RemoteCluster? remote)
    {
        if (!o.Finalizers().Contains(LiqoNames.ReplicaFinalizer))
        {
            return null;
        }

        if (remote is not null && Find(o, remote) is { } replica)
        {
            if (!replica.IsDeleting())
            {
                remote.Client.Delete(replica);
            }

            if (Find(o, remote) is { } waiting)
            {
                CopyStatus(o, waiting);
                return null;
            }
        }
        else if (remote is null && !Context.IsDead(target))
        {
            return Context.Now + s_retry;
        }

        o.SetFinalizers([.. o.Finalizers().Where(f => f != LiqoNames.ReplicaFinalizer)]);
        Client.Update(o);
        return null;
    }

    private void CopyStatus(JsonObject o, JsonObject replica)
    {
        if (replica["status"] is JsonObject status && !JsonNode.DeepEquals(o["status"], status))
        {
            o["status"] = status.Copy();
            Client.UpdateStatus(o);
        }
    }

    private JsonObject Write(JsonObject o, RemoteCluster remote)
    {
        if (Find(o, remote) is not { } replica)
        {
            return remote.Client.Create(Replica(o, remote));
        }

        if (JsonNode.DeepEquals(replica["spec"], o["spec"]))
        {
            return replica;
        }

        replica["spec"] = o["spec"]?.DeepClone();
        return remote.Client.Update(replica);
    }

    private static JsonObject? Find(JsonObject o, RemoteCluster remote) =>
        remote.Client.Find(o.TextAt("apiVersion")!, o.TextAt("kind")!, remote.TenantNamespace, o.Name());

    private JsonObject Replica(JsonObject o, RemoteCluster remote)
    {
        var replica = FirstObjects.New(o.TextAt("apiVersion")!, o.TextAt("kind")!, o.Name(), remote.TenantNamespace);
        SortedDictionary<string, string> labels = new(
            o.MapAt("metadata", "labels").ToDictionary(),
            StringComparer.Ordinal
        )
        {
            [LiqoNames.ReplicationOrigin] = Context.ClusterId,
            [LiqoNames.RemoteId] = Context.ClusterId,
            [LiqoNames.Replicated] = "true",
            [LiqoNames.Replication] = "false",
        };
        replica.Metadata()["labels"] = labels.ToMap();
        if (o.ObjectAt("metadata", "annotations") is { } annotations)
        {
            replica.Metadata()["annotations"] = annotations.Copy();
        }

        replica["spec"] = o["spec"]?.DeepClone();
        return replica;
    }
}

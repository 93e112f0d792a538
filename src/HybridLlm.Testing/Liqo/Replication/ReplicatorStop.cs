using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Replication;

/// <summary>On a consumer: holds the kubeconfig of a control-plane identity until nothing is replicated with it any more.</summary>
internal sealed class ReplicatorStop(LiqoContext context) : LiqoController(context)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    protected override IEnumerable<JsonObject> Objects() =>
        Context.Options.ReplicatorRuns
            ? Client.List("v1", "Secret").Where(s => s.Label(LiqoNames.IdentityType) == "ControlPlane")
            : [];

    protected override DateTimeOffset? Reconcile(JsonObject secret)
    {
        var isHeld = secret.Finalizers().Contains(LiqoNames.ReplicatorFinalizer);
        if (!secret.IsDeleting())
        {
            if (!isHeld)
            {
                secret.SetFinalizers([.. secret.Finalizers(), LiqoNames.ReplicatorFinalizer]);
                Client.Update(secret);
            }

            return null;
        }

        var id = secret.Label(LiqoNames.RemoteId)!;
        if (!isHeld)
        {
            return null;
        }

        if (IsUsed(id))
        {
            return Context.Now + s_retry;
        }

        secret.SetFinalizers([.. secret.Finalizers().Where(f => f != LiqoNames.ReplicatorFinalizer)]);
        Client.Update(secret);
        return null;
    }

    private bool IsUsed(string id)
    {
        var atHome = Replicator
            .Replicable(Context)
            .Any(o =>
                o.Label(LiqoNames.ReplicationTarget) == id && o.Finalizers().Contains(LiqoNames.ReplicaFinalizer)
            );
        return atHome
            || (
                Context.Remote(id) is { } remote
                    ? Replicator.Replicas(remote, Context.ClusterId).Any()
                    : !Context.IsDead(id)
            );
    }
}

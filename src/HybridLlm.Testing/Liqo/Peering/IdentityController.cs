using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a consumer: makes a kubeconfig of each identity, and the object by which the control plane's is renewed.</summary>
internal sealed class IdentityController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Authentication, "Identity");

    protected override DateTimeOffset? Reconcile(JsonObject identity)
    {
        if (identity.IsDeleting() || identity.ObjectAt("spec", "authParams") is null)
        {
            return null;
        }

        if (identity.TextAt("spec", "type") == "ControlPlane")
        {
            Client.Ensure(Renew(identity));
        }

        var secret = EnsureSecret(identity);
        if (identity.TextAt("status", "kubeconfigSecretRef", "name") != secret.Name())
        {
            identity["status"] = new JsonObject
            {
                ["kubeconfigSecretRef"] = new JsonObject { ["name"] = secret.Name() },
            };
            Client.UpdateStatus(identity);
            Context.Recorder.Normal(secret, "KubeconfigEnsured", "Kubeconfig secret ensured");
        }

        return null;
    }

    private JsonObject EnsureSecret(JsonObject identity)
    {
        var name = $"kubeconfig-{identity.Name()}";
        var kubeconfig = Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(identity)));
        if (Client.Find("v1", "Secret", identity.Namespace(), name) is { } there)
        {
            if (there.TextAt("data", "kubeconfig") == kubeconfig)
            {
                return there;
            }

            there.Make("data")["kubeconfig"] = kubeconfig;
            return Client.Update(there);
        }

        var type = identity.TextAt("spec", "type") ?? "";
        var secret = LiqoContext.New(
            "v1",
            "Secret",
            identity.Namespace(),
            name,
            (LiqoNames.IdentityType, type),
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, identity.TextAt("spec", "clusterID")!)
        );
        if (identity.TextAt("spec", "namespace") is { } remote)
        {
            secret.Metadata()["annotations"] = new JsonObject { [LiqoNames.RemoteTenantNamespace] = remote };
        }

        secret.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(identity));
        secret["data"] = new JsonObject { ["kubeconfig"] = kubeconfig };
        return Client.Create(secret);
    }

    private string Text(JsonObject identity)
    {
        var auth = identity.ObjectAt("spec", "authParams");
        string Pem(string field) => Encoding.ASCII.GetString(Convert.FromBase64String(auth.TextAt(field) ?? ""));
        return Kubeconfig.WithCertificate(
            identity.TextAt("spec", "clusterID")!,
            new Uri(auth.TextAt("apiServer")!),
            Pem("ca"),
            Context.ClusterId,
            Pem("signedCRT"),
            Context.Keys.PrivatePem,
            auth.TextAt("proxyURL")
        );
    }

    private JsonObject Renew(JsonObject identity)
    {
        var id = identity.TextAt("spec", "clusterID")!;
        var renew = LiqoContext.New(
            LiqoNames.Authentication,
            "Renew",
            identity.Namespace(),
            identity.Name(),
            (LiqoNames.RemoteId, id),
            (LiqoNames.ReplicationTarget, id),
            (LiqoNames.Replication, "true")
        );
        renew.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(identity));
        renew["spec"] = new JsonObject { ["consumerClusterID"] = Context.ClusterId, ["identityType"] = "ControlPlane" };
        return renew;
    }
}

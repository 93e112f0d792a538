using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a provider: checks a consumer's handshake, and gives it a certificate and its roles.</summary>
internal sealed class TenantController(LiqoContext context) : LiqoController(context)
{
    private const string Organization = "liqo.io";
    private const string Rbac = "rbac.authorization.k8s.io/v1";
    private const string ControlPlane = "liqo-remote-controlplane";
    private const string ClusterWide = "liqo-virtual-kubelet-remote-clusterwide";

    private readonly RemoteCertificates _certificates = new(context);
    private readonly TenantDrain _drain = new(context);

    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Authentication, "Tenant");

    protected override DateTimeOffset? Reconcile(JsonObject tenant)
    {
        if (tenant.IsDeleting())
        {
            Release(tenant);
            return null;
        }

        if (!tenant.Finalizers().Contains(LiqoNames.TenantFinalizer))
        {
            tenant.SetFinalizers([.. tenant.Finalizers(), LiqoNames.TenantFinalizer]);
            tenant = Client.Update(tenant);
        }

        if (tenant.TextAt("spec", "tenantCondition") == "Drained")
        {
            return _drain.Advance(tenant, () => Unbind(tenant));
        }

        _drain.Cordon(tenant, tenant.TextAt("spec", "tenantCondition") == "Cordoned");

        // A status from before stays as it is when something is wrong now: only an Event tells.
        if (Fault(tenant) is var (reason, message))
        {
            Context.Recorder.Warning(tenant, reason, message);
            return null;
        }

        Admit(tenant);
        return null;
    }

    private (string Reason, string Message)? Fault(JsonObject tenant)
    {
        var (id, csr) = (tenant.TextAt("spec", "clusterID") ?? "", Pem(tenant, "csr"));
        var key = Pem(tenant, "publicKey");
        if (tenant.TextAt("spec", "authzPolicy") == "TolerateNoHandshake")
        {
            return ClusterKeys.Fault(csr, Organization, id, null) is { } fault ? ("InvalidCSR", fault) : null;
        }

        var nonce = Client
            .List("v1", "Secret", tenant.Namespace())
            .FirstOrDefault(s => s.Label("liqo.io/nonce") == "true" && s.Label(LiqoNames.RemoteId) == id)
            .TextAt("data", "nonce");
        if (nonce is null)
        {
            return ("NonceNotFound", $"nonce not found for Tenant \"{tenant.Name()}\"");
        }

        var signature = Convert.FromBase64String(tenant.TextAt("spec", "signature") ?? "");
        return !ClusterKeys.Verifies(key, Convert.FromBase64String(nonce), signature)
                ? ("SignatureVerificationFailed", $"signature verification failed for Tenant \"{tenant.Name()}\"")
            : ClusterKeys.Fault(csr, Organization, id, key) is { } wrong ? ("InvalidCSR", wrong)
            : null;
    }

    private void Admit(JsonObject tenant)
    {
        var id = tenant.TextAt("spec", "clusterID")!;
        string? certificate;
        try
        {
            certificate = _certificates.Issue(
                tenant.Namespace(),
                "liqo-remote-certificate",
                tenant.TextAt("spec", "csr")!,
                id
            );
        }
        catch (RequestChangedException changed)
        {
            Context.Recorder.Warning(tenant, "AuthParamsFailed", changed.Message);
            return;
        }

        if (certificate is null)
        {
            return;
        }

        Client.Ensure(RoleBinding(tenant, id));
        Client.Ensure(ClusterRoleBinding(id));
        JsonObject status = new()
        {
            ["authParams"] = AuthParams.Of(Context, certificate, tenant),
            ["tenantNamespace"] = tenant.Namespace(),
        };
        if (!JsonNode.DeepEquals(tenant["status"], status))
        {
            tenant["status"] = status;
            Context.Recorder.Normal(Client.UpdateStatus(tenant), "Reconciled", "Tenant reconciled");
        }
    }

    private void Release(JsonObject tenant)
    {
        if (!tenant.Finalizers().Contains(LiqoNames.TenantFinalizer))
        {
            return;
        }

        DeleteIfThere("ClusterRoleBinding", "", BindingName(tenant.TextAt("spec", "clusterID")!));
        tenant.SetFinalizers([.. tenant.Finalizers().Where(f => f != LiqoNames.TenantFinalizer)]);
        Client.Update(tenant);
    }

    private void Unbind(JsonObject tenant)
    {
        DeleteIfThere("RoleBinding", tenant.Namespace(), TenantDrain.Binding);
        DeleteIfThere("ClusterRoleBinding", "", BindingName(tenant.TextAt("spec", "clusterID")!));
    }

    private void DeleteIfThere(string kind, string ns, string name)
    {
        if (Client.Find(Rbac, kind, ns, name) is { } binding)
        {
            Client.Delete(binding);
        }
    }

    private static string BindingName(string id) => $"liqo-binding-{ClusterWide}-{id}";

    private static JsonObject RoleBinding(JsonObject tenant, string id)
    {
        var binding = FirstObjects.New(Rbac, "RoleBinding", TenantDrain.Binding, tenant.Namespace());
        binding.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(tenant));
        return Bound(binding, id, ControlPlane, "User");
    }

    private static JsonObject ClusterRoleBinding(string id) =>
        Bound(FirstObjects.New(Rbac, "ClusterRoleBinding", BindingName(id)), id, ClusterWide, "Group");

    private static JsonObject Bound(JsonObject binding, string id, string role, string kind)
    {
        binding.Metadata()["labels"] = new JsonObject
        {
            [LiqoNames.ManagedBy] = "liqo",
            [LiqoNames.Managed] = "true",
            [LiqoNames.RemoteId] = id,
        };
        binding["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = role };
        binding["subjects"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = id });
        return binding;
    }

    private static string Pem(JsonObject tenant, string field) =>
        Encoding.ASCII.GetString(Convert.FromBase64String(tenant.TextAt("spec", field) ?? ""));
}

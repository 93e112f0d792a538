using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a provider: what becomes of a consumer's requests when its Tenant is cordoned or drained.</summary>
internal sealed class TenantDrain(LiqoContext context)
{
    /// <summary>Without it the consumer's replicator is refused.</summary>
    public const string Binding = "liqo-binding-liqo-remote-controlplane";

    private static readonly TimeSpan s_untilSeen = TimeSpan.FromSeconds(1);

    /// <summary>Marks every request of a tenant, or takes the mark away.</summary>
    public void Cordon(JsonObject tenant, bool isCordoned)
    {
        foreach (var slice in Slices(tenant).Where(s => (s.Annotation(LiqoNames.CordonTenant) == "true") != isCordoned))
        {
            var annotations = slice.Metadata().Make("annotations");
            annotations.Remove(LiqoNames.CordonTenant);
            if (isCordoned)
            {
                annotations[LiqoNames.CordonTenant] = "true";
            }

            var marked = context.Client.Update(slice);
            if (isCordoned && SliceStatus.Of(marked, "Resources") is null)
            {
                Deny(marked);
            }
        }
    }

    /// <summary>Denies the resources, and when the consumer has seen that, takes requests, namespaces and rights away.</summary>
    public DateTimeOffset? Advance(JsonObject tenant, Action unbind)
    {
        var slices = Slices(tenant).ToList();
        foreach (var slice in slices.Where(s => SliceStatus.Of(s, "Resources") != "Denied"))
        {
            Deny(slice);
        }

        if (
            context.Patience.StillWaiting($"drain of {tenant.Uid()} {tenant.ResourceVersion()}", s_untilSeen) is { } due
        )
        {
            return due;
        }

        foreach (var o in slices.Concat(Maps(tenant)).Where(o => !o.IsDeleting()))
        {
            context.Client.Delete(o);
        }

        unbind();
        return null;
    }

    private void Deny(JsonObject slice)
    {
        Conditions.Set(
            slice.Make("status"),
            "Resources",
            "Denied",
            "ResourceSliceResourcesDenied",
            "ResourceSlice resources denied",
            context.NowText
        );
        context.Client.UpdateStatus(slice);
    }

    private IEnumerable<JsonObject> Slices(JsonObject tenant) =>
        Replicas(LiqoNames.Authentication, "ResourceSlice", tenant);

    private IEnumerable<JsonObject> Maps(JsonObject tenant) => Replicas(LiqoNames.Offloading, "NamespaceMap", tenant);

    private IEnumerable<JsonObject> Replicas(string apiVersion, string kind, JsonObject tenant) =>
        context
            .Client.List(apiVersion, kind, tenant.Namespace())
            .Where(o => o.Label(LiqoNames.Replicated) == "true" && !o.IsDeleting());
}

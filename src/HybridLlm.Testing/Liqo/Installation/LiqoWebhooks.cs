using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Liqo.Offloading;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>Liqo's admission webhooks.</summary>
internal sealed class LiqoWebhooks(LiqoContext context) : IWebhook
{
    public string Name => "liqo-webhook";

    public IReadOnlyList<WebhookRule> Rules { get; } =
    [
        new("nsoff.validate.liqo.io", "offloading.liqo.io", "namespaceoffloadings")
        {
            Operations = ["CREATE", "UPDATE"],
        },
        new("tenant.validate.liqo.io", "authentication.liqo.io", "tenants"),
        new("resourceslice.validate.liqo.io", "authentication.liqo.io", "resourceslices"),
        new("virtualnode.mutate.liqo.io", "offloading.liqo.io", "virtualnodes") { Operations = ["CREATE", "UPDATE"] },
        new("pod.mutate.liqo.io", "", "pods"),
    ];

    public JsonObject? Admit(ApiCall call, string operation, JsonObject? before, JsonObject? after)
    {
        if (call.Target.Subresource.Length > 0 || after is null)
        {
            return after;
        }

        switch (call.Kind.Kind)
        {
            case "NamespaceOffloading":
                CheckOffloading(before, after);
                break;
            case "Tenant" when before is null:
                CheckOnlyTenant(after);
                break;
            case "ResourceSlice" when before is null && after.Label(LiqoNames.Replicated) != "true":
                CheckOnlySlice(after);
                break;
            case "VirtualNode":
                after.Make("spec").SetIfAbsent("createNode", true);
                after.Make("spec").SetIfAbsent("disableNetworkCheck", false);
                break;
            case "Pod" when before is null:
                PodPlacing.Apply(context, after);
                break;
        }

        return after;
    }

    private static void CheckOffloading(JsonObject? before, JsonObject after)
    {
        const string hook = "nsoff.validate.liqo.io";
        if (after.Name() != "offloading")
        {
            throw Denied(hook, "NamespaceOffloading name must match offloading");
        }

        var strategy = after.TextAt("spec", "namespaceMappingStrategy");
        var name = after.TextAt("spec", "remoteNamespaceName");
        if (strategy == "SelectedName" && string.IsNullOrEmpty(name))
        {
            throw Denied(
                hook,
                "The RemoteNamespaceName value cannot be empty when using the SelectedName NamespaceMappingStrategy"
            );
        }

        if (before is not null && before.TextAt("spec", "namespaceMappingStrategy") != strategy)
        {
            throw Denied(hook, "The NamespaceMappingStrategy value cannot be modified after creation");
        }

        if (before is not null && before.TextAt("spec", "remoteNamespaceName") != name)
        {
            throw Denied(hook, "The RemoteNamespaceName value cannot be modified after creation");
        }
    }

    private void CheckOnlyTenant(JsonObject tenant)
    {
        if (context.Client.List(LiqoNames.Authentication, "Tenant", tenant.Namespace()).Count > 0)
        {
            throw Denied("tenant.validate.liqo.io", "a Tenant already exists in the tenant namespace");
        }
    }

    private void CheckOnlySlice(JsonObject slice)
    {
        var others = context
            .Client.List(LiqoNames.Authentication, "ResourceSlice")
            .Where(s => s.Label(LiqoNames.Replicated) != "true");
        if (others.Any(s => s.Name() == slice.Name() && s.Namespace() != slice.Namespace()))
        {
            throw Denied(
                "resourceslice.validate.liqo.io",
                "a resourceslice with the same name already exists in the cluster"
            );
        }
    }

    private static ApiFailure Denied(string hook, string why) =>
        new(403, "Forbidden", $"admission webhook \"{hook}\" denied the request: {why}");
}

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

        if (!context.Options.WebhooksAnswer)
        {
            ThrowIfConcerned(call, operation);
        }

        switch (call.Kind.Kind)
        {
            case "NamespaceOffloading":
                CheckOffloading(before, after);
                break;
            case "Tenant" when before is null:
                CheckOnlyTenant(call.Target.Namespace);
                break;
            case "ResourceSlice" when before is null && after.Label(LiqoNames.Replicated) != "true":
                CheckOnlySlice(call.Target.Namespace, after.Name());
                break;
            case "VirtualNode":
                ThrowIfNodeIsThere(before, after);
                after.Make("spec").SetIfAbsent("createNode", true);
                after.Make("spec").SetIfAbsent("disableNetworkCheck", false);
                break;
            case "Pod" when before is null:
                PodPlacing.Apply(context, call.Target.Namespace, after);
                break;
        }

        return after;
    }

    private void ThrowIfConcerned(ApiCall call, string operation)
    {
        var rule = Rules.FirstOrDefault(r =>
            r.Group == call.Kind.Group && r.Resource == call.Kind.Plural && r.Operations.Contains(operation)
        );
        if (rule is null || (call.Kind.Kind == "Pod" && !PodPlacing.Concerns(context, call.Target.Namespace)))
        {
            return;
        }

        throw new ApiFailure(
            500,
            "InternalError",
            $"Internal error occurred: failed calling webhook \"{rule.Name}\": failed to call webhook: Post "
                + "\"https://liqo-webhook.liqo.svc:9443/\": dial tcp: connect: connection refused"
        );
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

    // An object to be created need not name its namespace: the request does.
    private void CheckOnlyTenant(string ns)
    {
        if (context.Client.List(LiqoNames.Authentication, "Tenant", ns).Count > 0)
        {
            throw Denied("tenant.validate.liqo.io", "a Tenant already exists in the tenant namespace");
        }
    }

    private void CheckOnlySlice(string ns, string name)
    {
        var others = context
            .Client.List(LiqoNames.Authentication, "ResourceSlice")
            .Where(s => s.Label(LiqoNames.Replicated) != "true");
        if (others.Any(s => s.Name() == name && s.Namespace() != ns))
        {
            throw Denied(
                "resourceslice.validate.liqo.io",
                "a resourceslice with the same name already exists in the cluster"
            );
        }
    }

    private void ThrowIfNodeIsThere(JsonObject? before, JsonObject after)
    {
        if (before is null && context.Client.Find("v1", "Node", "", after.Name()) is not null)
        {
            throw Denied("virtualnode.mutate.liqo.io", $"node {after.Name()} already exists");
        }
    }

    private static ApiFailure Denied(string hook, string why) =>
        new(403, "Forbidden", $"admission webhook \"{hook}\" denied the request: {why}");
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Answers "may I?" and "may they?" by the same rules that judge requests.</summary>
internal static class AccessReview
{
    public static JsonObject Judge(JsonObject review, ApiCall call, RoleBasedAccess access)
    {
        var spec = review.ObjectAt("spec") ?? [];
        var user =
            call.Kind.Kind == "SelfSubjectAccessReview"
                ? call.User
                : ClusterUser.Of(spec.TextAt("user") ?? "", spec.TextsAt("groups"));
        var allowed = access.Allows(user, Question(spec));
        return new JsonObject { ["allowed"] = allowed };
    }

    private static AccessQuestion Question(JsonObject spec)
    {
        if (spec.ObjectAt("nonResourceAttributes") is { } path)
        {
            return new AccessQuestion { Verb = path.TextAt("verb") ?? "", Path = path.TextAt("path") ?? "" };
        }

        var asked = spec.ObjectAt("resourceAttributes");
        var resource = asked.TextAt("resource") ?? "*";
        return new AccessQuestion
        {
            Verb = asked.TextAt("verb") ?? "*",
            Group = asked.TextAt("group") ?? "",
            Resource = asked.TextAt("subresource") is { Length: > 0 } sub ? $"{resource}/{sub}" : resource,
            Namespace = asked.TextAt("namespace") ?? "",
            Name = asked.TextAt("name") ?? "",
        };
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Which object belongs to which.</summary>
internal static class Owner
{
    public static bool Is(JsonObject o, JsonObject owner) =>
        o.ObjectsAt("metadata", "ownerReferences").Any(r => r.TextAt("uid") == owner.Uid());

    /// <summary>The reference of a controller to what it has made.</summary>
    public static JsonObject Reference(JsonObject owner, bool isController = true)
    {
        JsonObject reference = new()
        {
            ["apiVersion"] = owner.TextAt("apiVersion"),
            ["kind"] = owner.TextAt("kind"),
            ["name"] = owner.Name(),
            ["uid"] = owner.Uid(),
        };
        if (isController)
        {
            reference["controller"] = true;
            reference["blockOwnerDeletion"] = true;
        }

        return reference;
    }
}

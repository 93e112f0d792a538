using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>Reads the conditions of a ResourceSlice.</summary>
internal static class SliceStatus
{
    /// <summary><c>Accepted</c>, <c>Denied</c>, or null when nothing has been said.</summary>
    public static string? Of(JsonObject slice, string type) =>
        slice.ObjectsAt("status", "conditions").FirstOrDefault(c => c.TextAt("type") == type).TextAt("status");
}

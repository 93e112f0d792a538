using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Counters in a status: those that are 0 are left out.</summary>
internal static class Replicas
{
    public static void SetOrRemove(JsonObject status, string name, long count)
    {
        status.Remove(name);
        if (count > 0)
        {
            status[name] = count;
        }
    }
}

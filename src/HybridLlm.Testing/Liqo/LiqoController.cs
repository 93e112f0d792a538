using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Liqo;

/// <summary>A controller that looks at its objects one by one; one that is refused something is tried again after a second.</summary>
internal abstract class LiqoController(LiqoContext context) : IController
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    protected LiqoContext Context => context;

    protected ClusterClient Client => context.Client;

    public DateTimeOffset? Reconcile()
    {
        DateTimeOffset? first = null;
        foreach (var o in Objects())
        {
            var due = Try(o);
            first = due is null || first < due ? first : due;
        }

        return first;
    }

    protected abstract IEnumerable<JsonObject> Objects();

    /// <summary>Does what is due for one object.</summary>
    /// <returns>When to look again even if nothing changes; null when there is no need to.</returns>
    protected abstract DateTimeOffset? Reconcile(JsonObject o);

    private DateTimeOffset? Try(JsonObject o)
    {
        try
        {
            return Reconcile(o);
        }
        catch (ApiFailure)
        {
            return context.Now + s_retry;
        }
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>
/// Sums up what is known of each peer, and asks every provider's API server now and then whether it answers. As the real one, it never
/// takes back what it said of a provider whose identity is gone, and never deletes a ForeignCluster.
/// </summary>
internal sealed class ForeignClusterController(LiqoContext context) : LiqoController(context)
{
    private static readonly string[] s_authentication = ["Tenant", "Identity"];

    private readonly Dictionary<string, (DateTimeOffset Next, bool Answers)> _pings = new(StringComparer.Ordinal);

    protected override IEnumerable<JsonObject> Objects()
    {
        var known = Client.List(LiqoNames.Core, "ForeignCluster");
        var named = s_authentication
            .SelectMany(k => Client.List(LiqoNames.Authentication, k))
            .Concat(Client.List(LiqoNames.Offloading, "VirtualNode"))
            .Concat(Client.List(LiqoNames.Networking, "Configuration"))
            .Select(o => o.Label(LiqoNames.RemoteId))
            .OfType<string>();
        return [.. known, .. named.Distinct().Except(known.Select(f => f.Name())).Select(NewForeignCluster).ToList()];
    }

    protected override DateTimeOffset? Reconcile(JsonObject foreign)
    {
        if (foreign.IsDeleting())
        {
            foreign.SetFinalizers([.. foreign.Finalizers().Where(f => f != LiqoNames.CheckerFinalizer)]);
            Client.Update(foreign);
            return null;
        }

        if (foreign.Uid().Length == 0)
        {
            foreign = Client.Create(foreign);
        }

        PeerView view = new(Context, foreign);
        if (view.ApiServer is not null && !foreign.Finalizers().Contains(LiqoNames.CheckerFinalizer))
        {
            foreign.SetFinalizers([.. foreign.Finalizers(), LiqoNames.CheckerFinalizer]);
            foreign = Client.Update(foreign);
        }

        var due = view.ApiServer is null ? (DateTimeOffset?)null : Ping(foreign.Name(), view);
        var status = view.Summarise(due is null ? null : _pings[foreign.Name()].Answers);
        if (!JsonNode.DeepEquals(foreign["status"], status))
        {
            foreign["status"] = status;
            Client.UpdateStatus(foreign);
        }

        return due;
    }

    private DateTimeOffset Ping(string id, PeerView view)
    {
        if (!_pings.TryGetValue(id, out var last) || last.Next <= Context.Now)
        {
            _pings[id] = last = (
                Context.Now + Context.Options.PingPeriod,
                Context.Reach(id, view.ApiServer, view.Authority, view.Proxy) is not null
            );
        }

        return last.Next;
    }

    private static JsonObject NewForeignCluster(string id)
    {
        var foreign = LiqoContext.New(LiqoNames.Core, "ForeignCluster", "", id, (LiqoNames.RemoteId, id));
        foreign["spec"] = new JsonObject { ["clusterID"] = id };
        return foreign;
    }
}

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

    private readonly Dictionary<string, string> _authorities = new(StringComparer.Ordinal);

    private readonly Dictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);

    protected override IEnumerable<JsonObject> Objects()
    {
        var known = Client.List(LiqoNames.Core, "ForeignCluster");
        string[] named =
        [
            .. s_authentication
                .SelectMany(k => Client.List(LiqoNames.Authentication, k))
                .Concat(Client.List(LiqoNames.Offloading, "VirtualNode"))
                .Concat(Client.List(LiqoNames.Networking, "Configuration"))
                .Select(o => o.Label(LiqoNames.RemoteId))
                .OfType<string>()
                .Distinct(),
        ];
        string[] forgotten = [.. _due.Keys.Except(named)];
        foreach (var id in forgotten)
        {
            _due.Remove(id);
        }

        return [.. known, .. named.Except(known.Select(f => f.Name())).Select(NewForeignCluster)];
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
            _due.TryAdd(foreign.Name(), Context.Now + Context.Options.ForeignClusterTime);
            if (_due[foreign.Name()] > Context.Now)
            {
                return _due[foreign.Name()];
            }

            foreign = Client.Create(foreign);
            _due.Remove(foreign.Name());
        }

        PeerView view = new(Context, foreign);
        if (view.ApiServer is not null && !foreign.Finalizers().Contains(LiqoNames.CheckerFinalizer))
        {
            foreign.SetFinalizers([.. foreign.Finalizers(), LiqoNames.CheckerFinalizer]);
            foreign = Client.Update(foreign);
        }

        if (view.ApiServer is null && foreign.Finalizers().Contains(LiqoNames.CheckerFinalizer))
        {
            foreign.SetFinalizers([.. foreign.Finalizers().Where(f => f != LiqoNames.CheckerFinalizer)]);
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

    /// <summary>
    /// What the real controller does when a virtual node's Node changes: only then, and only if the kubeconfig has gone with the identity
    /// by then, it takes back what it said of the provider.
    /// </summary>
    public static void Reconsider(LiqoContext context, string id)
    {
        bool IsOfPeer(JsonObject o) => o.Label(LiqoNames.RemoteId) == id;
        var client = context.Client;
        if (
            client.List(LiqoNames.Authentication, "Identity").Any(IsOfPeer)
            || client.List("v1", "Secret").Any(s => IsOfPeer(s) && s.Label(LiqoNames.IdentityType) is not null)
            || client.Find(LiqoNames.Core, "ForeignCluster", "", id) is not { } foreign
        )
        {
            return;
        }

        client.Change(
            foreign,
            "status",
            f =>
            {
                f.Make("status").Remove("apiServerUrl");
                f.Make("status").Remove("foreignProxyUrl");
            }
        );
    }

    private DateTimeOffset Ping(string id, PeerView view)
    {
        // After the identity has gone, its kubeconfig still tells whom to trust: a replaced provider is not the one that was known.
        if (view.Authority is { } authority)
        {
            _authorities[id] = authority;
        }

        if (!_pings.TryGetValue(id, out var last) || last.Next <= Context.Now)
        {
            _pings[id] = last = (
                Context.Now + Context.Options.PingPeriod,
                Context.Reach(id, view.ApiServer, _authorities.GetValueOrDefault(id), view.Proxy) is not null
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

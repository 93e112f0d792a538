using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>On a provider: makes and removes the namespaces its consumers offload.</summary>
internal sealed class NamespaceMapController(LiqoContext context) : LiqoController(context)
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private static readonly TimeSpan s_untilSeen = TimeSpan.FromSeconds(1);

    protected override IEnumerable<JsonObject> Objects() =>
        Client.List(LiqoNames.Offloading, "NamespaceMap").Where(m => m.Label(LiqoNames.Replicated) == "true");

    protected override DateTimeOffset? Reconcile(JsonObject map)
    {
        if (!map.IsDeleting() && !map.Finalizers().Contains(LiqoNames.MapFinalizer))
        {
            map.SetFinalizers([.. map.Finalizers(), LiqoNames.MapFinalizer]);
            map = Client.Update(map);
        }

        var desired = map.IsDeleting() ? new Dictionary<string, string>() : map.MapAt("spec", "desiredMapping");
        JsonObject current = [];
        foreach (var (local, remote) in desired)
        {
            current[local] = Entry(remote, Ensure(map, local, remote));
        }

        foreach (var (local, entry) in map.ObjectAt("status", "currentMapping") ?? [])
        {
            var remote = entry.TextAt("remoteNamespace")!;
            if (!desired.ContainsKey(local) && IsStillThere(map, remote))
            {
                current[local] = Entry(remote, "Terminating");
            }
        }

        map = WriteStatus(map, current);

        // The consumer copies the last status before the object goes.
        if (
            map.IsDeleting()
            && current.Count == 0
            && Context.Patience.StillWaiting($"end of {map.Uid()}", s_untilSeen) is { } due
        )
        {
            return due;
        }

        if (map.IsDeleting() && current.Count == 0 && map.Finalizers().Contains(LiqoNames.MapFinalizer))
        {
            map.SetFinalizers([.. map.Finalizers().Where(f => f != LiqoNames.MapFinalizer)]);
            Client.Update(map);
        }

        return null;
    }

    private JsonObject WriteStatus(JsonObject map, JsonObject current)
    {
        if (JsonNode.DeepEquals(map.ObjectAt("status", "currentMapping") ?? [], current))
        {
            return map;
        }

        map["status"] = current.Count == 0 ? [] : new JsonObject { ["currentMapping"] = current.Copy() };
        return Client.UpdateStatus(map);
    }

    private string Ensure(JsonObject map, string local, string remote)
    {
        if (Client.Find("v1", "Namespace", "", remote) is { } there)
        {
            return !IsOurs(map, there) ? "CreationLoopBackOff"
                : there.IsDeleting() ? "Terminating"
                : "Accepted";
        }

        var consumer = map.Label(LiqoNames.RemoteId)!;
        var ns = LiqoContext.New("v1", "Namespace", "", remote, (LiqoNames.RemoteId, consumer));
        ns.Metadata()["annotations"] = new JsonObject
        {
            [LiqoNames.ManagedByMap] = Place(map),
            [LiqoNames.OriginalName] = local,
        };
        Client.Create(ns);
        Client.Create(RoleBinding(map, remote, consumer));
        return "Accepted";
    }

    private bool IsStillThere(JsonObject map, string remote)
    {
        if (Client.Find("v1", "Namespace", "", remote) is not { } there || !IsOurs(map, there))
        {
            return false;
        }

        if (!there.IsDeleting())
        {
            Client.Delete(there);
        }

        return true;
    }

    private static bool IsOurs(JsonObject map, JsonObject ns) => ns.Annotation(LiqoNames.ManagedByMap) == Place(map);

    private static string Place(JsonObject map) => $"{map.Namespace()}/{map.Name()}";

    private static JsonObject Entry(string remote, string phase) =>
        new() { ["phase"] = phase, ["remoteNamespace"] = remote };

    private static JsonObject RoleBinding(JsonObject map, string remote, string consumer)
    {
        var binding = LiqoContext.New(
            Rbac,
            "RoleBinding",
            remote,
            map.Namespace(),
            (LiqoNames.ManagedBy, "liqo"),
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, consumer)
        );
        binding.Metadata()["annotations"] = new JsonObject { [LiqoNames.ManagedByMap] = Place(map) };
        binding["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = "liqo-virtual-kubelet-remote" };
        binding["subjects"] = new JsonArray(new JsonObject { ["kind"] = "Group", ["name"] = consumer });
        return binding;
    }
}

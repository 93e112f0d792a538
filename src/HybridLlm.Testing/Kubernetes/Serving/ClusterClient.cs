using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>
/// How emulated controllers use their cluster: the same admission, rules and conflicts as over the wire, without the wire, without
/// access rules and without an entry in the log of calls.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="actor">Its user agent: who owns the fields it writes.</param>
internal sealed class ClusterClient(ClusterState cluster, string actor)
{
    private readonly ResourceService _service = new(cluster);
    private readonly ClusterUser _user = ClusterUser.Of($"system:{actor}", [ClusterUser.Masters]);

    public TimeProvider Time => cluster.Time;

    public JsonObject? Find(string apiVersion, string kind, string inNamespace, string name) =>
        cluster.Kinds.FindByKind(apiVersion, kind) is { } found
            ? cluster.Store.Find(found.Resource, new ObjectKey(inNamespace, name))?.Open()
            : null;

    /// <summary>None when the kind is not served.</summary>
    public IReadOnlyList<JsonObject> List(string apiVersion, string kind, string? inNamespace = null) =>
        cluster.Kinds.FindByKind(apiVersion, kind) is { } found
            ? [.. cluster.Store.List(found.Resource, inNamespace)!.Objects.Select(o => o.Open())]
            : [];

    /// <summary>Returns when the kinds of definitions it has created are served.</summary>
    public void WaitUntilServed(IEnumerable<JsonObject> definitions) => cluster.Genuine?.Serve(definitions);

    /// <exception cref="ApiFailure">It cannot be created.</exception>
    public JsonObject Create(JsonObject o) => Send("create", o, "", o);

    /// <summary>Creates it unless there is one already.</summary>
    public void Ensure(JsonObject o)
    {
        if (Find(o.TextAt("apiVersion")!, o.TextAt("kind")!, o.Namespace(), o.Name()) is null)
        {
            Create(o);
        }
    }

    /// <exception cref="ApiFailure">It is gone or was changed by others.</exception>
    public JsonObject Update(JsonObject o) => Send("update", o, "", o);

    /// <exception cref="ApiFailure">It is gone or was changed by others.</exception>
    public JsonObject UpdateStatus(JsonObject o) => Send("update", o, "status", o);

    /// <exception cref="ApiFailure">It is gone or was changed by others.</exception>
    public JsonObject Update(JsonObject o, string subresource) => Send("update", o, subresource, o);

    /// <summary>Changes what is there now, again when somebody else was faster.</summary>
    /// <returns>The object then.</returns>
    /// <exception cref="ApiFailure">It is gone, or others are faster every time.</exception>
    public JsonObject Change(JsonObject o, string subresource, Action<JsonObject> change)
    {
        const int tries = 10;
        for (var attempt = 1; ; attempt++)
        {
            var live = Find(o.TextAt("apiVersion")!, o.TextAt("kind")!, o.Namespace(), o.Name()) ?? o.Copy();
            change(live);
            try
            {
                return Update(live, subresource);
            }
            catch (ApiFailure failure) when (failure.Status == 409 && attempt < tries) { }
        }
    }

    /// <summary>Gives a pod its node, which a real server takes no update for.</summary>
    /// <exception cref="ApiFailure">It is gone, was changed by others, or has a node.</exception>
    public void Bind(JsonObject pod, string node)
    {
        if (cluster.Genuine is null)
        {
            pod.Make("spec")["nodeName"] = node;
            Update(pod);
            return;
        }

        var binding = FirstObjects.New("v1", "Binding", pod.Name(), pod.Namespace());
        binding["target"] = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["name"] = node,
        };
        Send("create", pod, "binding", binding);
    }

    /// <summary>Deletes it; nothing happens when it is gone or is another one by now.</summary>
    public void Delete(JsonObject o, int? graceSeconds = null)
    {
        JsonObject options = new() { ["preconditions"] = new JsonObject { ["uid"] = o.Uid() } };
        if (graceSeconds is { } grace)
        {
            options["gracePeriodSeconds"] = grace;
        }

        try
        {
            Send("delete", o, "", options);
        }
        catch (ApiFailure failure) when (failure.Status is 404 or 409) { }
    }

    private JsonObject Send(string verb, JsonObject o, string subresource, JsonObject body)
    {
        var kind =
            cluster.Kinds.FindByKind(o.TextAt("apiVersion")!, o.TextAt("kind")!)
            ?? throw new ApiFailure(404, "NotFound", $"no kind {o.TextAt("kind")} is served");
        var target = new ApiTarget
        {
            Verb = verb,
            Path = "",
            IsResource = true,
            Group = kind.Group,
            Version = kind.Version,
            Resource = kind.Plural,
            Namespace = kind.IsNamespaced ? o.Namespace() : "",
            Name = verb == "create" && subresource.Length == 0 ? "" : o.Name(),
            Subresource = subresource,
        };
        ApiCall call = new()
        {
            Target = target,
            Kind = kind,
            User = _user,
            UserAgent = actor,
            Body = body.ToBytes(),
        };
        return cluster.Genuine is { } genuine ? genuine.Send(call) : _service.Handle(call).Body;
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Writing;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Does what an authorised request asks; everything but watches, which go on.</summary>
internal sealed class ResourceService(ClusterState cluster)
{
    private readonly ObjectWriter _writer = new(cluster);
    private readonly PatchService _patches = new(cluster);
    private readonly Deletions _deletions = new(cluster);
    private readonly Listings _listings = new(cluster);

    /// <exception cref="ApiFailure">It cannot be done.</exception>
    public ApiAnswer Handle(ApiCall call)
    {
        if (call.Kind.IsReview)
        {
            return call.Target.Verb == "create" ? Review(call) : throw ApiFailure.MethodNotAllowed();
        }

        return (call.Target.Verb, call.Target.Subresource.Length > 0) switch
        {
            ("get", _) => new ApiAnswer(200, Get(call)),
            ("list", false) => new ApiAnswer(200, _listings.Read(call)),
            ("create", false) => new ApiAnswer(201, _writer.Create(call, BodyReader.ReadObject(call))),
            ("update", _) => Update(call),
            ("patch", _) => _patches.Handle(call),
            ("delete", false) => Delete(call),
            ("deletecollection", false) => new ApiAnswer(200, DeleteCollection(call)),
            _ => throw ApiFailure.MethodNotAllowed(),
        };
    }

    /// <summary>What a write to this path may change; null when the kind has no such subresource.</summary>
    public static WriteScope? ScopeOf(ResourceKind kind, string subresource) =>
        subresource switch
        {
            "" => WriteScope.Main,
            "status" when kind.HasStatus => WriteScope.Status,
            "finalize" when kind.Subresources.ContainsKey(subresource) => WriteScope.Finalize,
            "approval" when kind.Subresources.ContainsKey(subresource) => WriteScope.Approval,
            _ => null,
        };

    private JsonObject Get(ApiCall call) =>
        cluster.Store.Find(call.Kind.Resource, call.Key)?.Open()
        ?? throw ApiFailure.NotFound(call.Kind, call.Target.Name);

    private ApiAnswer Update(ApiCall call)
    {
        var asked = BodyReader.ReadObject(call);
        var scope = ScopeOf(call.Kind, call.Target.Subresource)!.Value;
        var creates =
            scope == WriteScope.Main
            && call.Kind.CreatesOnUpdate
            && asked.ResourceVersion().Length == 0
            && cluster.Store.Find(call.Kind.Resource, call.Key) is null;
        return creates
            ? new ApiAnswer(201, _writer.Create(call, asked))
            : new ApiAnswer(200, _writer.Change(call, scope, _ => asked.Copy()));
    }

    private ApiAnswer Delete(ApiCall call)
    {
        var (last, isGone) = _deletions.Delete(call, call.Key, DeleteOptionsReader.Read(call));
        return new ApiAnswer(200, isGone && !call.Kind.ReturnsDeleted ? Deleted(call.Kind, last) : last);
    }

    private JsonObject DeleteCollection(ApiCall call)
    {
        var options = DeleteOptionsReader.Read(call);
        var found = _listings.Select(call);
        JsonArray items = [];
        foreach (var key in found.Select(o => o.Key))
        {
            JsonNode last = _deletions.Delete(call, key, options.Copy()).Object;
            items.Add(last);
        }

        return Listings.ToList(call.Kind, items, cluster.Store.Version);
    }

    private ApiAnswer Review(ApiCall call)
    {
        var review = BodyReader.ReadObject(call);
        review["status"] = AccessReview.Judge(review, call, cluster.Access);
        return new ApiAnswer(201, review);
    }

    private static JsonObject Deleted(ResourceKind kind, JsonObject last)
    {
        JsonObject details = new() { ["name"] = last.Name() };
        if (kind.Group.Length > 0)
        {
            details["group"] = kind.Group;
        }

        details["kind"] = kind.Plural;
        details["uid"] = last.Uid();
        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }
}

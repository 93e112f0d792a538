using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Ownership;
using HybridLlm.Testing.Kubernetes.Patching;
using HybridLlm.Testing.Kubernetes.Writing;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>The four ways to change a part of an object, told apart by the body's media type.</summary>
internal sealed class PatchService(ClusterState cluster)
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string ApplyYaml = "application/apply-patch+yaml";
    private const string ApplyJson = "application/apply-patch+json";

    private readonly ObjectWriter _writer = new(cluster);

    /// <exception cref="ApiFailure">It does not apply.</exception>
    public ApiAnswer Handle(ApiCall call) =>
        call.ContentType switch
        {
            Json => Change(call, live => JsonPatch.Apply(live, ReadPatch(call))),
            Merge => Change(call, live => Merged(live, ReadObject(call), MergePatch.Apply)),
            Strategic when !call.Kind.IsCustom => Change(
                call,
                live => Merged(live, ReadObject(call), StrategicMergePatch.Apply)
            ),
            ApplyYaml or ApplyJson => Apply(call),
            _ => throw ApiFailure.UnsupportedPatch(
                call.Kind.IsCustom ? [Json, Merge, ApplyYaml] : [Json, Merge, Strategic, ApplyYaml]
            ),
        };

    private ApiAnswer Change(ApiCall call, Func<JsonObject, JsonObject> patch) =>
        new(
            200,
            _writer.Change(
                call,
                ResourceService.ScopeOf(call.Kind, call.Target.Subresource)!.Value,
                live =>
                {
                    var version = live.ResourceVersion();
                    var patched = patch(live);
                    BodyReader.CheckPlace(patched, call);

                    // Only a patch that names a version wants just that one.
                    if (patched.ResourceVersion() == version)
                    {
                        patched.Metadata().Remove("resourceVersion");
                    }

                    return patched;
                }
            )
        );

    private ApiAnswer Apply(ApiCall call)
    {
        var wishes = ReadWishes(call);
        var force = call.IsAsked("force");
        Manager applier = new(call.Query("fieldManager"), "Apply", call.Kind.ApiVersion, call.Target.Subresource);
        if (call.Target.Subresource.Length == 0 && cluster.Store.Find(call.Kind.Resource, call.Key) is null)
        {
            var made = ServerSideApply.Apply(null, wishes, call.Kind, applier, force, cluster.NowText);
            return new ApiAnswer(201, _writer.Create(call, made, applied: true));
        }

        var scope = ResourceService.ScopeOf(call.Kind, call.Target.Subresource)!.Value;
        var changed = _writer.Change(
            call,
            scope,
            live =>
            {
                var applied = ServerSideApply.Apply(live, wishes, call.Kind, applier, force, cluster.NowText);
                if (wishes.ResourceVersion() is { Length: > 0 } version)
                {
                    applied.Metadata()["resourceVersion"] = version;
                }
                else
                {
                    applied.Metadata().Remove("resourceVersion");
                }

                return applied;
            },
            applied: true
        );
        return new ApiAnswer(200, changed);
    }

    private static JsonObject ReadWishes(ApiCall call)
    {
        if (call.Query("fieldManager").Length == 0)
        {
            throw ApiFailure.Invalid(
                "meta.k8s.io",
                "PatchOptions",
                "",
                [FieldFault.Required("fieldManager", "is required for apply patch")]
            );
        }

        var wishes = ReadObject(call);
        var (kind, version) = (wishes.TextAt("kind") ?? "", wishes.TextAt("apiVersion") ?? "");
        if (kind.Length == 0 || version.Length == 0)
        {
            var slash = version.Contains('/', StringComparison.Ordinal) ? version : "/" + version;
            throw ApiFailure.BadRequest($"invalid object type: {slash}, Kind={kind}");
        }

        if (wishes.At("metadata", "managedFields") is not null)
        {
            throw ApiFailure.BadRequest("metadata.managedFields must be nil");
        }

        return BodyReader.ReadObject(call with { Body = wishes.ToBytes() });
    }

    private static JsonObject Merged(JsonObject live, JsonObject patch, Action<JsonObject, JsonObject> merge)
    {
        merge(live, patch);
        return live;
    }

    private static JsonNode? ReadPatch(ApiCall call)
    {
        try
        {
            return JsonNode.Parse(call.Body);
        }
        catch (System.Text.Json.JsonException)
        {
            throw Unreadable(call);
        }
    }

    private static JsonObject ReadObject(ApiCall call) => KubeJson.TryParse(call.Body) ?? throw Unreadable(call);

    private static ApiFailure Unreadable(ApiCall call) =>
        ApiFailure.BadRequest($"error decoding patch: invalid JSON ({System.Text.Encoding.UTF8.GetString(call.Body)})");
}

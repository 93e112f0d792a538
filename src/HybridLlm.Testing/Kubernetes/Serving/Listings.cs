using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Selecting;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Reads lists, whole or page by page.</summary>
internal sealed class Listings(ClusterState cluster)
{
    private const string Expired =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
        + "continue parameter.";

    /// <summary>The list a request asks for.</summary>
    /// <exception cref="ApiFailure">410 when the history does not reach back; 504 when the version asked for is to come.</exception>
    public JsonObject Read(ApiCall call)
    {
        var start = Continuation.Read(call.Query("continue"));
        var found = start is null ? Latest(call) : cluster.Store.List(call.Kind.Resource, Range(call), start.Version);
        if (found is null)
        {
            throw ApiFailure.Expired(Expired);
        }

        var selection = ObjectSelection.Of(call);
        var rest = found
            .Objects.Where(selection.Matches)
            .Where(o => start is null || o.Key.CompareTo(start.After) > 0)
            .ToList();
        var limit = int.TryParse(call.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : 0;
        var page = limit > 0 && limit < rest.Count ? rest[..limit] : rest;
        var list = ToList(call.Kind, [.. page.Select(o => (JsonNode)Item(o, call.Kind))], found.Version);
        if (page.Count < rest.Count)
        {
            list.Metadata()["continue"] = new Continuation(found.Version, page[^1].Key).Write();
            if (selection.IsEverything)
            {
                list.Metadata()["remainingItemCount"] = rest.Count - page.Count;
            }
        }

        return list;
    }

    /// <summary>The objects a request selects now.</summary>
    public IReadOnlyList<StoredObject> Select(ApiCall call) =>
        [.. cluster.Store.List(call.Kind.Resource, Range(call))!.Objects.Where(ObjectSelection.Of(call).Matches)];

    /// <summary>The namespace whose objects are asked for; null for all.</summary>
    public static string? Range(ApiCall call) =>
        call.Kind.IsNamespaced && call.Target.Namespace.Length > 0 ? call.Target.Namespace : null;

    public static JsonObject ToList(ResourceKind kind, JsonArray items, long version) =>
        new()
        {
            ["kind"] = kind.ListKind,
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) },
            ["items"] = items,
        };

    private ObjectListing? Latest(ApiCall call)
    {
        var current = cluster.Store.Version;
        return
            long.TryParse(call.Query("resourceVersion"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked)
            && asked > current
            ? throw ApiFailure.VersionTooLarge(asked, current)
            : cluster.Store.List(call.Kind.Resource, Range(call));
    }

    // Items of a typed list do not say what they are; custom resources do.
    private static JsonObject Item(StoredObject stored, ResourceKind kind)
    {
        var item = stored.Open();
        if (!kind.IsCustom)
        {
            item.Remove("kind");
            item.Remove("apiVersion");
        }

        return item;
    }

    private sealed record Continuation(long Version, ObjectKey After)
    {
        public static Continuation? Read(string text)
        {
            if (text.Length == 0)
            {
                return null;
            }

            return
                Base64Url.IsValid(text)
                && KubeJson.TryParse(Base64Url.DecodeFromChars(text)) is { } token
                && token.NumberAt("rv") is { } version
                ? new Continuation(version, new ObjectKey(token.TextAt("ns") ?? "", token.TextAt("name") ?? ""))
                : throw ApiFailure.BadRequest($"continue key is not valid: {text}");
        }

        public string Write() =>
            Base64Url.EncodeToString(
                new JsonObject
                {
                    ["rv"] = Version,
                    ["ns"] = After.Namespace,
                    ["name"] = After.Name,
                }.ToBytes()
            );
    }
}

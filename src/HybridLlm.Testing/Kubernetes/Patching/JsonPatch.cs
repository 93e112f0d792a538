using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Patching;

/// <summary>RFC 6902, with the API server's silence about what did not fit.</summary>
internal static class JsonPatch
{
    /// <summary>Applies all operations, or none.</summary>
    /// <exception cref="ApiFailure">422 when an operation does not apply, 400 when it is no patch.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
        {
            throw ApiFailure.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        }

        JsonNode document = target.Copy();
        foreach (var operation in operations)
        {
            document = Apply(document, operation as JsonObject ?? throw ApiFailure.PatchFailed());
        }

        return document as JsonObject ?? throw ApiFailure.PatchFailed();
    }

    private static JsonNode Apply(JsonNode document, JsonObject operation)
    {
        var path = Pointer(operation.TextAt("path"));
        var value = operation["value"]?.DeepClone();
        switch (operation.TextAt("op"))
        {
            case "add":
                return Add(document, path, value);
            case "remove":
                Take(document, path);
                return document;
            case "replace":
                Get(document, path);
                return Replace(document, path, value);
            case "move":
                return Add(document, path, Take(document, Pointer(operation.TextAt("from"))));
            case "copy":
                return Add(document, path, Get(document, Pointer(operation.TextAt("from")))?.DeepClone());
            case "test" when JsonNode.DeepEquals(GetOrNull(document, path), value):
                return document;
            default:
                throw ApiFailure.PatchFailed();
        }
    }

    private static string[] Pointer(string? text) =>
        text switch
        {
            null => throw ApiFailure.PatchFailed(),
            "" => [],
            _ when text[0] == '/' =>
            [
                .. text[1..]
                    .Split('/')
                    .Select(t =>
                        t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                    ),
            ],
            _ => throw ApiFailure.PatchFailed(),
        };

    private static JsonNode? Get(JsonNode? node, ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            node = node switch
            {
                JsonObject map when map.ContainsKey(step) => map[step],
                JsonArray list => list[Index(list, step, list.Count - 1)],
                _ => throw ApiFailure.PatchFailed(),
            };
        }

        return node;
    }

    // "test" of a field that is not there compares with null.
    private static JsonNode? GetOrNull(JsonNode document, string[] path) =>
        path.Length > 0 && Get(document, path.AsSpan()[..^1]) is JsonObject parent
            ? parent[path[^1]]
            : Get(document, path);

    private static JsonNode Add(JsonNode document, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value ?? throw ApiFailure.PatchFailed();
        }

        switch (Get(document, path.AsSpan()[..^1]))
        {
            case JsonObject map:
                map[path[^1]] = value;
                break;
            case JsonArray list:
                list.Insert(path[^1] == "-" ? list.Count : Index(list, path[^1], list.Count), value);
                break;
            default:
                throw ApiFailure.PatchFailed();
        }

        return document;
    }

    private static JsonNode Replace(JsonNode document, string[] path, JsonNode? value)
    {
        if (path.Length > 0 && Get(document, path.AsSpan()[..^1]) is JsonArray list)
        {
            list[Index(list, path[^1], list.Count - 1)] = value;
            return document;
        }

        return Add(document, path, value);
    }

    private static JsonNode? Take(JsonNode document, string[] path)
    {
        var taken = Get(document, path);
        switch (path.Length == 0 ? null : Get(document, path.AsSpan()[..^1]))
        {
            case JsonObject map:
                map.Remove(path[^1]);
                break;
            case JsonArray list:
                list.RemoveAt(Index(list, path[^1], list.Count - 1));
                break;
            default:
                throw ApiFailure.PatchFailed();
        }

        return taken;
    }

    private static int Index(JsonArray list, string step, int last) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last
            ? index
            : throw ApiFailure.PatchFailed();
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace HybridLlm.Liqo.Tests.Recordings;

/// <summary>What liqoctl 1.2 wrote in one recorded scenario, in order.</summary>
internal static class RecordedScenario
{
    /// <summary>Bodies of liqoctl's writes, without what the server added; skips the test where the recordings are absent.</summary>
    public static IReadOnlyList<RecordedWrite> Read(string name) =>
        [
            .. Lines(SharedData.Require("liqo-recordings.tar.gz"), $"{name}/calls.jsonl")
                .Select(l => JsonNode.Parse(l)!)
                .Where(c =>
                    Text(c, "actor") == "liqoctl" && Text(c, "verb") is "create" or "update" or "patch" or "delete"
                )
                .Select(c => new RecordedWrite(
                    Text(c, "cluster"),
                    Text(c, "verb"),
                    WithoutDefaults(Text(c, "verb"), c["req"]!.AsObject())
                )
                {
                    Resource = Text(c, "gvr").Split('/', 3)[2],
                    Name = Text(c, "name"),
                }),
        ];

    /// <summary>Objects of some kinds that a cluster held before a scenario.</summary>
    public static IReadOnlyList<JsonObject> Before(string name, string cluster, params string[] kinds) =>
        [
            .. JsonNode.Parse(
                string.Concat(Lines(SharedData.Require("liqo-recordings.tar.gz"), $"{name}/objects-before.json"))
            )![cluster]!
                .AsArray()
                .Select(o => o!.AsObject())
                .Where(o => kinds.Contains(Text(o, "kind"))),
        ];

    /// <summary>Calls liqoctl made in a scenario, reads and polls as well; skips the test where the recordings are absent.</summary>
    public static int CountCalls(string name) =>
        Lines(SharedData.Require("liqo-recordings.tar.gz"), $"{name}/calls.jsonl")
            .Select(l => JsonNode.Parse(l)!)
            .Where(c => Text(c, "actor") == "liqoctl")
            .Sum(c => 1 + (c["repeats"]?.GetValue<int>() ?? 0));

    /// <summary>Every scenario of the archive; skips the test where the recordings are absent.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            using var zipped = File.OpenRead(SharedData.Require("liqo-recordings.tar.gz"));
            using GZipStream plain = new(zipped, CompressionMode.Decompress);
            using TarReader tar = new(plain);
            List<string> names = [];
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.Name.TrimStart('.', '/').Split('/') is [var name, "calls.jsonl"])
                {
                    names.Add(name);
                }
            }

            return names;
        }
    }

    private static IEnumerable<string> Lines(string archive, string file)
    {
        using var zipped = File.OpenRead(archive);
        using GZipStream plain = new(zipped, CompressionMode.Decompress);
        using TarReader tar = new(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name.TrimStart('.', '/') == file)
            {
                using StreamReader reader = new(entry.DataStream!);
                return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
            }
        }

        throw new InvalidOperationException($"{archive} has no {file}.");
    }

    /// <summary>The API server logs a request after it has filled in defaults.</summary>
    private static JsonObject WithoutDefaults(string verb, JsonObject request)
    {
        request.Remove("status");
        (request["metadata"]?["labels"] as JsonObject)?.Remove("kubernetes.io/metadata.name");
        if (verb == "create" && Text(request, "kind") == "Tenant")
        {
            request["spec"]!.AsObject().Remove("authzPolicy");
            request["spec"]!.AsObject().Remove("tenantCondition");
        }

        if (request["spec"] is JsonObject { Count: 0 })
        {
            request.Remove("spec");
        }

        return request;
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}

/// <summary>A write.</summary>
/// <param name="Cluster">Id of the cluster written to.</param>
/// <param name="Verb">create, update, patch or delete.</param>
/// <param name="Body">What was sent.</param>
internal sealed record RecordedWrite(string Cluster, string Verb, JsonObject Body)
{
    /// <summary>Plural, and subresource where there is one, e.g. <c>tenants</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Name of the object.</summary>
    public required string Name { get; init; }
}

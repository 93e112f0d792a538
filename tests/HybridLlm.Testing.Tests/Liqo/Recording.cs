using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>
/// The objects of a recorded scenario, and an emulated cluster's, in one comparable form: what differs by nature (ids, times, keys,
/// certificates, generated names) is masked, and what the emulator says it leaves out is left out of both.
/// </summary>
internal static partial class Recording
{
    private const string Archive = "liqo-recordings.tar.gz";

    // Not Liqo's, or written by controllers whose workload the recordings emulate in another way.
    private static readonly string[] s_otherKinds =
    [
        "ConfigMap",
        "EndpointSlice",
        "Event",
        "Lease",
        "Pod",
        "ReplicaSet",
        "ShadowEndpointSlice",
        "CustomResourceDefinition",
        "Service",
    ];
    private static readonly string[] s_masked =
    [
        "apiServer",
        "apiServerUrl",
        "ca",
        "certificate",
        "csr",
        "deletionTimestamp",
        "kubeconfig",
        "nonce",
        "pod-template-hash",
        "publicKey",
        "request",
        "signature",
        "signedCRT",
        "signedNonce",
    ];
    private static readonly string[] s_omitted =
    [
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "extra",
        "generation",
        "groups",
        "lastHeartbeatTime",
        "lastTransitionTime",
        "lastUpdateTime",
        "managedFields",
        "observedGeneration",
        "offloadingPatch",
        "resourceVersion",
        "template",
        "timeAdded",
        "uid",
        "username",
    ];

    /// <summary>Whether it was recorded what a scenario left in a cluster.</summary>
    public static bool HasObjects(string scenario, string cluster) =>
        Read($"{scenario}/objects-after.json")[cluster] is JsonObject objects
        && objects.Any(p => p.Value is JsonArray { Count: > 0 });

    /// <summary>What a scenario added or changed, by kind and name.</summary>
    public static SortedDictionary<string, string> After(string scenario, string cluster)
    {
        var file = Read($"{scenario}/objects-after.json")[cluster]!["addedOrChanged"]!.AsArray();
        return Comparable(file.Select(o => o!.AsObject()));
    }

    /// <summary>What a scenario deleted, by kind and name.</summary>
    public static IReadOnlyList<string> Deleted(string scenario, string cluster) =>
        [
            .. Read($"{scenario}/objects-after.json")[cluster]!["deleted"]!
                .AsArray()
                .Select(o => ((string)o!).Split('|'))
                .Where(p => !s_otherKinds.Contains(p[0]))
                .Select(p => $"{p[0]} {p[1]}/{Suffix().Replace(p[2], "-*")}"),
        ];

    /// <summary>What liqoctl and kubectl called, in order.</summary>
    public static IReadOnlyList<JsonObject> ClientCalls(string scenario) =>
        [
            .. ReadText($"{scenario}/calls.jsonl")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonNode.Parse(l)!.AsObject())
                .Where(c => (string?)c["actor"] is "liqoctl" or "by-hand(kubectl)"),
        ];

    /// <summary>Whether an object is, as far as it can be compared, as a recorded one: it may have more.</summary>
    public static bool Covers(JsonNode? recorded, JsonNode? live, string field = "") =>
        recorded switch
        {
            JsonObject map => map.All(p =>
                s_omitted.Contains(p.Key)
                || p.Value is null or JsonObject { Count: 0 }
                || Covers(p.Value, (live as JsonObject)?[p.Key], p.Key)
            ),
            JsonArray list => live is JsonArray other
                && other.Count == list.Count
                && list.Zip(other).All(p => Covers(p.First, p.Second)),
            _ when s_masked.Contains(field) => live is not null,
            _ => JsonNode.DeepEquals(recorded, live),
        };

    /// <summary>What differs between two listings of an emulated cluster.</summary>
    public static SortedDictionary<string, string> Between(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> after
    )
    {
        var then = Comparable(before.Values.Select(o => JsonNode.Parse(o)!.AsObject()));
        var now = Comparable(after.Values.Select(o => JsonNode.Parse(o)!.AsObject()));
        foreach (var (key, _) in now.Where(o => then.GetValueOrDefault(o.Key) == o.Value).ToList())
        {
            now.Remove(key);
        }

        return now;
    }

    private static SortedDictionary<string, string> Comparable(IEnumerable<JsonObject> objects)
    {
        SortedDictionary<string, string> result = new(StringComparer.Ordinal);
        foreach (var o in objects.Where(IsLiqos))
        {
            var metadata = o["metadata"]!.AsObject();
            var name = Suffix().Replace((string)metadata["name"]!, "-*");
            metadata["name"] = name;
            metadata.Remove("annotations");
            RemovePassing(o);
            RemoveWhatVersionsDiffer(o);
            var key = $"{o["kind"]} {metadata["namespace"]}/{name}";
            while (!result.TryAdd(key, Masked(o, "")!.ToJsonString()))
            {
                key += "'";
            }
        }

        return result;
    }

    /// <summary>What other controllers had only just begun, or not yet, when the recording stopped.</summary>
    private static void RemovePassing(JsonObject o)
    {
        switch ((string?)o["kind"])
        {
            case "Deployment":
                o.Remove("status");
                break;
            case "Node":
                var labels = o["metadata"]!["labels"]!.AsObject();
                labels.Remove("beta.kubernetes.io/arch");
                labels.Remove("beta.kubernetes.io/os");
                (o["spec"]?["taints"] as JsonArray)?.RemoveAll(t =>
                    (string?)t!["key"] == "node.kubernetes.io/not-ready"
                );
                break;
        }
    }

    /// <summary>What real servers older than the recorded one do otherwise: labels since 1.21, secrets of accounts until 1.24.</summary>
    private static void RemoveWhatVersionsDiffer(JsonObject o)
    {
        if (RealKubernetes.Binaries is not null)
        {
            (o["metadata"]!["labels"] as JsonObject)?.Remove("kubernetes.io/metadata.name");
            o.Remove((string?)o["kind"] == "ServiceAccount" ? "secrets" : "");
        }
    }

    private static bool IsLiqos(JsonObject o)
    {
        var (kind, name) = ((string)o["kind"]!, (string)o["metadata"]!["name"]!);
        return !s_otherKinds.Contains(kind)
            && (string?)o["type"] != "kubernetes.io/service-account-token"
            && !(kind == "ServiceAccount" && name == "default")
            && (string?)o["metadata"]!["namespace"] != "liqo";
    }

    private static JsonNode? Masked(JsonNode? node, string field) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.Where(p =>
                        !s_omitted.Contains(p.Key) && p.Value is not JsonObject { Count: 0 } && p.Value is not null
                    )
                    .OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => KeyValuePair.Create(p.Key, Masked(p.Value, p.Key)))
                    .Where(p => p.Value is not JsonObject { Count: 0 })
            ),
            JsonArray list => new JsonArray([.. list.Select(i => Masked(i, ""))]),
            _ when s_masked.Contains(field) => "*",
            _ => node?.DeepClone(),
        };

    private static JsonNode Read(string path) => JsonNode.Parse(ReadText(path))!;

    private static string ReadText(string path)
    {
        using var file = File.OpenRead(SharedData.Require(Archive));
        using GZipStream unzipped = new(file, CompressionMode.Decompress);
        using TarReader tar = new(unzipped);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name.TrimStart('.', '/') == path)
            {
                using StreamReader reader = new(entry.DataStream!);
                return reader.ReadToEnd();
            }
        }

        throw new FileNotFoundException($"{path} is not in {Archive}.");
    }

    [GeneratedRegex("(?<=^(csr|liqo-identity|ollama))(-[a-z0-9]{8,10})?-[a-z0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();
}

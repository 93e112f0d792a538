using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>Writes down everything a cluster holds so that two writings can be compared.</summary>
internal static partial class ClusterListing
{
    private static readonly string[] s_masked = ["resourceVersion", "uid", "generation", "observedGeneration"];

    public static SortedDictionary<string, string> Of(ClusterState cluster)
    {
        SortedDictionary<string, string> listing = new(StringComparer.Ordinal);
        foreach (var o in cluster.Genuine?.All() ?? cluster.Store.All().Select(s => s.Value.Open()))
        {
            var place = o.Namespace().Length == 0 ? o.Name() : $"{o.Namespace()}/{o.Name()}";
            o.Metadata().Remove("managedFields");
            listing[$"{o.TextAt("apiVersion")} {o.TextAt("kind")} {place}"] = Encoding.UTF8.GetString(
                Masked(o, "")!.ToBytes()
            );
        }

        return listing;
    }

    private static JsonNode? Masked(JsonNode? node, string name) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => KeyValuePair.Create(p.Key, Masked(p.Value, p.Key)))
            ),
            JsonArray list => new JsonArray([.. list.Select(i => Masked(i, ""))]),
            JsonValue when s_masked.Contains(name) => "*",
            JsonValue value when value.TryGetValue(out string? text) && Time().IsMatch(text) => "*",
            _ => node?.DeepClone(),
        };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}

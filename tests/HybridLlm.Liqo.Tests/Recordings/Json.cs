using System.Text.Json.Nodes;

namespace HybridLlm.Liqo.Tests.Recordings;

/// <summary>JSON for comparison.</summary>
internal static class Json
{
    /// <summary>With sorted keys.</summary>
    public static string Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject map => "{"
                + string.Join(
                    ',',
                    map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}:{Sorted(m.Value)}")
                )
                + "}",
            JsonArray list => $"[{string.Join(',', list.Select(Sorted))}]",
            _ => node?.ToString() ?? "null",
        };
}

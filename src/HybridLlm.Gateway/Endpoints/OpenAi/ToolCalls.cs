using System.Globalization;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>One call of a tool, as OpenAI's and Anthropic's clients expect it: with an id, and its arguments as text.</summary>
/// <param name="Id">Unique in the answer and beyond.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">A JSON object.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    public static IEnumerable<ToolCall> Of(JsonArray? native, string idPrefix)
    {
        foreach (var call in (native ?? []).OfType<JsonObject>())
        {
            var function = call["function"] as JsonObject ?? [];
            var id = call["id"]?.ToString();
            yield return new ToolCall(
                string.IsNullOrEmpty(id) ? NewId(idPrefix) : id,
                function["name"]?.ToString() ?? "",
                System.Text.Encoding.UTF8.GetString(GatewayJson.Bytes(function["arguments"] as JsonObject ?? []))
            );
        }
    }

    public static string NewId(string prefix) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{Guid.NewGuid():N}");
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Routing;

/// <summary>
/// Sends what begins alike to the same server. Rendezvous hashing: each server has its own score for a prefix, so that one that comes
/// or goes moves only its own share.
/// </summary>
internal static class PrefixHash
{
    /// <summary>Characters of the prompt that count; a system prompt is mostly longer.</summary>
    private const int Length = 512;

    public static int Of(string model, JsonObject body)
    {
        HashCode hash = new();
        hash.Add(model);
        var left = Length;
        foreach (var text in Texts(body))
        {
            hash.Add(text.Length <= left ? text : text[..left]);
            left -= text.Length;
            if (left <= 0)
            {
                break;
            }
        }

        return hash.ToHashCode();
    }

    public static uint Score(int prefix, string server) => unchecked((uint)HashCode.Combine(prefix, server));

    private static IEnumerable<string> Texts(JsonObject body)
    {
        yield return Text(body["system"]);
        yield return Text(body["prompt"]);
        if (body["messages"] is JsonArray messages)
        {
            foreach (var message in messages)
            {
                yield return message is JsonObject one ? Text(one["content"]) : "";
            }
        }
    }

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
}

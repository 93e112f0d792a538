using System.Text.Json;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama.Continuity;

/// <summary>A tool call without its id, which every server makes up anew.</summary>
internal static class ToolCallText
{
    public static string Of(Message.ToolCall call) =>
        $"{call.Function?.Name}({string.Join(',', (call.Function?.Arguments ?? new Dictionary<string, object?>()).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}:{Value(a.Value)}"))})";

    private static string Value(object? value) => value is JsonElement element ? element.GetRawText() : $"{value}";
}

using System.Text.Json;

namespace HybridLlm.Ollama.Models;

/// <summary>One line of what a pull or a create says.</summary>
internal sealed record StatusLine(string Status, string? Error, string? Digest, long Completed, long Total)
{
    public bool IsSuccess => Status == "success";

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static StatusLine Parse(ReadOnlySpan<byte> utf8)
    {
        var line = JsonElement.Parse(utf8);
        return new StatusLine(
            Text(line, "status") ?? "",
            Text(line, "error"),
            Text(line, "digest"),
            Number(line, "completed"),
            Number(line, "total")
        );
    }

    private static string? Text(JsonElement line, string name) =>
        Get(line, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Left out where it is 0.
    private static long Number(JsonElement line, string name) =>
        Get(line, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    private static JsonElement Get(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty(name, out var value) ? value : default;
}

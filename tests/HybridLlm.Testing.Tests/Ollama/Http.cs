using System.Text;
using System.Text.Json;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>Asks an emulator with a plain HTTP client.</summary>
internal static class Http
{
    private static readonly HttpClient s_http = new() { Timeout = Timeout.InfiniteTimeSpan };

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    /// <summary>Posts and returns when the head is there.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        OllamaEmulator emulator,
        string path,
        string body,
        CancellationToken? cancellationToken = null
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(emulator.Address, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? Ended);
    }

    /// <summary>Posts and reads all lines.</summary>
    public static async Task<JsonElement[]> LinesAsync(OllamaEmulator emulator, string path, string body)
    {
        using var response = await PostAsync(emulator, path, body);
        var text = await response.Content.ReadAsStringAsync(Ended);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l))];
    }

    public static async Task<JsonElement> GetAsync(OllamaEmulator emulator, string path) =>
        JsonElement.Parse(await s_http.GetStringAsync(new Uri(emulator.Address, path), Ended));

    /// <summary>Names of the resident models.</summary>
    public static async Task<string[]> ResidentAsync(OllamaEmulator emulator) =>
        [
            .. (await GetAsync(emulator, "/api/ps"))
                .GetProperty("models")
                .EnumerateArray()
                .Select(m => m.GetProperty("name").GetString()!),
        ];

    /// <summary>The text of a generate answer.</summary>
    public static async Task<string> GenerateAsync(OllamaEmulator emulator, string body) =>
        Text(await LinesAsync(emulator, "/api/generate", body));

    public static string Text(JsonElement[] lines) => string.Concat(lines.Select(Text));

    public static string Text(JsonElement line) =>
        (
            line.TryGetProperty("response", out var text) ? text : line.GetProperty("message").GetProperty("content")
        ).GetString()!;

    public static string Quote(string text) => JsonSerializer.Serialize(text);
}

using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// A real llama.cpp engine behind an <see cref="OllamaEmulator"/>: a running <c>llama-server</c>, asked through its <c>/completion</c>. Its
/// model is the one it was started with, whatever the emulator's is called.
/// </summary>
public sealed class LlamaServerEngine : IOllamaEngine, IDisposable
{
    // Otherwise an answer that is left early would be read on for two seconds, and keep the engine busy.
    private readonly HttpClient _http;

    /// <summary>An engine over a server, which stays its owner's.</summary>
    /// <param name="address">Its root, e.g. <c>http://127.0.0.1:8080</c>.</param>
    public LlamaServerEngine(Uri address) =>
        _http = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineToken> GenerateAsync(
        EngineRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        JsonObject body = new()
        {
            ["prompt"] = request.Prompt,
            ["stream"] = true,
            ["n_predict"] = -1,
            ["temperature"] = request.Sampling.Temperature,
            ["repeat_penalty"] = request.Sampling.RepeatPenalty,
            ["repeat_last_n"] = request.Sampling.RepeatLastN,
            ["seed"] = request.Sampling.Seed,
            // What another request left in the cache was computed in other batches, which rounds otherwise.
            ["cache_prompt"] = false,
            ["n_probs"] = 2,
        };
        if (request.Format is { } format)
        {
            body["json_schema"] =
                format.ValueKind == JsonValueKind.Object ? JsonNode.Parse(format.GetRawText()) : new JsonObject();
        }

        using HttpRequestMessage post = new(HttpMethod.Post, "/completion") { Content = JsonContent.Create(body) };
        using var response = await _http
            .SendAsync(post, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using StreamReader lines = new(
            await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false)
        );
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var data = JsonElement.Parse(line["data: ".Length..]);
                if (data.GetProperty("stop").GetBoolean())
                {
                    yield break;
                }

                yield return Token(
                    data.GetProperty("content").GetString()!,
                    data.GetProperty("completion_probabilities")
                );
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> CountTokensAsync(EmulatedModel model, string text, CancellationToken cancellationToken)
    {
        JsonObject body = new() { ["content"] = text, ["add_special"] = true };
        using var response = await _http.PostAsJsonAsync("/tokenize", body, cancellationToken).ConfigureAwait(false);
        var tokens = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken).ConfigureAwait(false);
        return tokens.GetProperty("tokens").GetArrayLength();
    }

    /// <summary>Closes the connections to the server.</summary>
    public void Dispose() => _http.Dispose();

    private static EngineToken Token(string text, JsonElement probabilities)
    {
        var chosen = probabilities.EnumerateArray().Single();
        var others = chosen
            .GetProperty("top_logprobs")
            .EnumerateArray()
            .Where(t => t.GetProperty("id").GetInt32() != chosen.GetProperty("id").GetInt32());
        return new EngineToken(Encoding.UTF8.GetBytes(text), Probability(chosen))
        {
            Alternatives =
            [
                .. others.Select(t => new EngineToken(
                    Encoding.UTF8.GetBytes(t.GetProperty("token").GetString()!),
                    Probability(t)
                )),
            ],
        };
    }

    private static double Probability(JsonElement token) => token.GetProperty("logprob").GetDouble();
}

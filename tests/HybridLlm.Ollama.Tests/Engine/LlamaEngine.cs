using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Engine;

/// <summary>A real llama.cpp server as the emulator's engine.</summary>
internal sealed class LlamaEngine(LlamaServer server) : IOllamaEngine, IDisposable
{
    // Otherwise an answer that is left early would be read on for two seconds, and keep the engine busy.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
    {
        BaseAddress = server.Address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async IAsyncEnumerable<EngineToken> GenerateAsync(
        EngineRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
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
        using HttpRequestMessage post = new(HttpMethod.Post, "/completion") { Content = JsonContent.Create(body) };
        using var response = await _http.SendAsync(post, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
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

    public async ValueTask<int> CountTokensAsync(EmulatedModel model, string text, CancellationToken cancellationToken)
    {
        JsonObject body = new() { ["content"] = text, ["add_special"] = true };
        using var response = await _http.PostAsJsonAsync("/tokenize", body, cancellationToken);
        var tokens = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return tokens.GetProperty("tokens").GetArrayLength();
    }

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

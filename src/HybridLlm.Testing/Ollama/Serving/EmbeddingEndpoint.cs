using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /api/embed</c> and the older <c>POST /api/embeddings</c>: vectors of length 1, made of the text's hash.</summary>
internal sealed class EmbeddingEndpoint(EmulatorState state)
{
    private const string Unsupported = "This server does not support embeddings. Start it with `--embeddings`";

    public async Task EmbedAsync(HttpContext context, LiveRequest live, string body)
    {
        var request = GoBody.Parse(body, "EmbedRequest");
        var name = request.Text("model");
        var inputs = Inputs(request.Get("input"));
        var model = state
            .Find(name, n => n.Length == 0 ? "model '' not found" : $"model \"{n}\" not found, try pulling it first")
            .Model;
        var started = state.Clock.GetTimestamp();
        await RunAsync(
                model,
                request,
                live,
                async load =>
                {
                    CheckSupport(model, inputs.Count, 501);
                    var tokens = 0;
                    foreach (var input in inputs)
                    {
                        var count = await state
                            .Options.Engine.CountTokensAsync(model, input, live.Ended)
                            .ConfigureAwait(false);
                        if (count > state.Options.ContextLength && request.Flag("truncate") is false)
                        {
                            throw new ReplyException(400, "the input length exceeds the context length");
                        }

                        tokens += Math.Min(count, state.Options.ContextLength);
                    }

                    JsonObject reply = new()
                    {
                        ["model"] = name,
                        ["embeddings"] = new JsonArray([.. inputs.Select(i => Vector(model, i))]),
                    };
                    if (inputs.Count > 0)
                    {
                        reply["total_duration"] = (long)state.Clock.GetElapsedTime(started).TotalNanoseconds;
                        reply["load_duration"] = (long)load.TotalNanoseconds;
                        reply["prompt_eval_count"] = tokens;
                    }

                    await Reply.JsonAsync(context, reply).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
    }

    public async Task EmbeddingsAsync(HttpContext context, LiveRequest live, string body)
    {
        var request = GoBody.Parse(body, "EmbeddingRequest");
        if (request.Text("model").Length == 0)
        {
            throw new ReplyException(400, "model is required");
        }

        var model = state.Find(request.Text("model"), n => $"model \"{n}\" not found, try pulling it first").Model;
        await RunAsync(
                model,
                request,
                live,
                _ =>
                {
                    CheckSupport(model, 1, 500);
                    return Reply.JsonAsync(
                        context,
                        new JsonObject { ["embedding"] = Vector(model, request.Text("prompt")) }
                    );
                }
            )
            .ConfigureAwait(false);
    }

    private async Task RunAsync(EmulatedModel model, GoBody request, LiveRequest live, Func<TimeSpan, Task> answer)
    {
        var run = RunOptions.Parse(request.Map("options"), null, model, state.Options.ContextLength);
        var keepAlive = GoDuration.Parse(request.Get("keep_alive"));
        var started = state.Clock.GetTimestamp();
        var runner = await state.Runners.AcquireAsync(model, run, keepAlive, live.Ended).ConfigureAwait(false);
        try
        {
            await answer(state.Clock.GetElapsedTime(started)).ConfigureAwait(false);
        }
        finally
        {
            state.Runners.Release(runner);
        }
    }

    private static void CheckSupport(EmulatedModel model, int inputs, int status)
    {
        if (inputs > 0 && !model.Can("embedding"))
        {
            throw new ReplyException(status, Unsupported);
        }
    }

    private static IReadOnlyList<string> Inputs(JsonElement? input) =>
        input switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } many
                when many.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String) =>
            [
                .. many.EnumerateArray().Select(i => i.GetString()!),
            ],
            _ => throw new ReplyException(400, "invalid input type"),
        };

    private static JsonArray Vector(EmulatedModel model, string text)
    {
        var numbers = Enumerable
            .Range(0, model.EmbeddingLength)
            .Select(i => (PseudoWords.Hash(model.Digest, text, $"{i}") % 2001 / 1000.0) - 1)
            .ToArray();
        var length = Math.Sqrt(numbers.Sum(n => n * n));
        return new JsonArray([.. numbers.Select(n => JsonValue.Create((float)(n / length)))]);
    }
}

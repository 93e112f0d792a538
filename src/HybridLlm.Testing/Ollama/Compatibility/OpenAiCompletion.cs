using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class OpenAiCompletion(TimeProvider clock) : CompatWriter(clock)
{
    private readonly string _id = $"cmpl-{Draw(999)}";
    private bool _usage;

    public override JsonObject Whole(JsonObject native) =>
        new()
        {
            ["id"] = _id,
            ["object"] = "text_completion",
            ["created"] = Created,
            ["model"] = (string)native["model"]!,
            ["system_fingerprint"] = "fp_ollama",
            ["choices"] = Choices((string)native["response"]!, (string?)native["done_reason"]),
            ["usage"] = OpenAiChat.Usage(native),
        };

    protected override JsonObject Translate(string body)
    {
        var request = GoBody.Parse(body, "CompletionRequest", "openai", "EOF");
        _usage =
            request.Get("stream_options") is { } more
            && more.TryGetProperty("include_usage", out var u)
            && u.GetBoolean();
        return new JsonObject
        {
            ["model"] = request.Text("model"),
            ["prompt"] = request.Text("prompt"),
            ["suffix"] = request.Text("suffix"),
            ["stream"] = request.Flag("stream") ?? false,
            ["options"] = Options(request, "max_tokens", "stop", otherwise: 1),
        };
    }

    protected override string Piece(JsonObject line) =>
        Chunk((string)line["model"]!, Choices((string)line["response"]!, null), new JsonObject());

    protected override string Last(JsonObject line)
    {
        var model = (string)line["model"]!;
        return Chunk(model, Choices("", (string?)line["done_reason"]), new JsonObject())
            + (_usage ? Chunk(model, [], line) : "")
            + "data: [DONE]\n\n";
    }

    protected override string Broken() => Chunk("", Choices("", null), new JsonObject());

    private string Chunk(string model, JsonArray choices, JsonObject counted)
    {
        JsonObject chunk = new()
        {
            ["id"] = _id,
            ["object"] = "text_completion",
            ["created"] = Created,
            ["choices"] = choices,
            ["model"] = model,
            ["system_fingerprint"] = "fp_ollama",
        };
        if (_usage)
        {
            chunk["usage"] = OpenAiChat.Usage(counted);
        }

        return Data(chunk);
    }

    private static JsonArray Choices(string text, string? reason) =>
        new(
            new JsonObject
            {
                ["text"] = text,
                ["index"] = 0,
                ["finish_reason"] = reason,
            }
        );
}

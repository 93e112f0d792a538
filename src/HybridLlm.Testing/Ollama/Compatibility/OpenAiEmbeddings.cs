using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class OpenAiEmbeddings(TimeProvider clock) : CompatWriter(clock)
{
    private bool _base64;

    public override JsonObject Whole(JsonObject native)
    {
        var tokens = Count(native, "prompt_eval_count");
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([
                .. native["embeddings"]!
                    .AsArray()
                    .Select(
                        (vector, index) =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["object"] = "embedding",
                                    ["embedding"] = _base64 ? Packed(vector!.AsArray()) : vector!.DeepClone(),
                                    ["index"] = index,
                                }
                    ),
            ]),
            ["model"] = (string)native["model"]!,
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
        };
    }

    protected override JsonObject Translate(string body)
    {
        var request = GoBody.Parse(body, "EmbedRequest", "openai", "EOF");
        var input = request.Get("input") ?? throw new ReplyException(400, "invalid input");
        _base64 = request.Text("encoding_format") == "base64";
        return new JsonObject { ["model"] = request.Text("model"), ["input"] = Node(input) };
    }

    protected override string Piece(JsonObject line) => throw new NotSupportedException("Vectors do not stream.");

    protected override string Last(JsonObject line) => throw new NotSupportedException("Vectors do not stream.");

    private static JsonValue Packed(JsonArray vector) =>
        JsonValue.Create(
            Convert.ToBase64String([.. vector.SelectMany(n => BitConverter.GetBytes(n!.GetValue<float>()))])
        );
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// One request of another vendor's API, which Ollama turns into its own and whose answer it turns back: what is native is written
/// through this. In particular a stream that breaks off has no word for that in these APIs.
/// </summary>
internal abstract class CompatWriter(TimeProvider clock)
{
    private static readonly JsonSerializerOptions s_relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static long s_numbers;

    /// <summary>True once the request has been read: Ollama refuses it in another content type before.</summary>
    public bool Bound { get; private set; }

    /// <summary>Whether its streams forbid caching.</summary>
    public virtual bool NoCache => false;

    protected long Created { get; } = clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The request in Ollama's own terms.</summary>
    /// <exception cref="ReplyException">It is at fault.</exception>
    public JsonObject Read(string body)
    {
        var native = Translate(body);
        Bound = true;
        return native;
    }

    /// <summary>A whole answer.</summary>
    public abstract JsonObject Whole(JsonObject native);

    /// <summary>The events for one line of a native stream; empty if there are none.</summary>
    public string Events(JsonObject line) =>
        line.ContainsKey("error") ? Broken()
        : line["done"]!.GetValue<bool>() ? Last(line)
        : Piece(line);

    /// <summary>A refusal, in OpenAI's shape unless overridden.</summary>
    public virtual JsonObject Error(int status, string message) =>
        new()
        {
            ["error"] = new JsonObject
            {
                ["message"] = message,
                ["type"] = ErrorType(status),
                ["param"] = null,
                ["code"] = null,
            },
        };

    /// <summary>Reads the request strictly, as Go does.</summary>
    protected abstract JsonObject Translate(string body);

    protected abstract string Piece(JsonObject line);

    protected abstract string Last(JsonObject line);

    /// <summary>What is said when the model's runner dies: mostly nothing.</summary>
    protected virtual string Broken() => "";

    protected static string ErrorType(int status) =>
        status switch
        {
            StatusCodes.Status400BadRequest => "invalid_request_error",
            StatusCodes.Status404NotFound => "not_found_error",
            _ => "api_error",
        };

    protected static string Data(JsonNode data) => $"data: {Text(data)}\n\n";

    protected static string Event(string name, JsonNode data) => $"event: {name}\ndata: {Text(data)}\n\n";

    /// <summary>Not escaped more than Go does.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(s_relaxed);

    /// <summary>A number that looks drawn, below <paramref name="limit"/>.</summary>
    protected static long Draw(long limit) =>
        (long)(PseudoWords.Hash("draw", $"{Interlocked.Increment(ref s_numbers)}") % (ulong)limit);

    protected static string Hex24() => $"{Draw(1L << 48):x12}{Draw(1L << 48):x12}";

    /// <summary>A field of the message, or of the line of a generate answer.</summary>
    protected static string Said(JsonObject line, string chat, string generate = "") =>
        (string?)(line["message"]?[chat] ?? line[generate]) ?? "";

    protected static int Count(JsonObject line, string name) => (int?)line[name] ?? 0;

    protected static IEnumerable<JsonObject> Calls(JsonObject line) =>
        line["message"]?["tool_calls"] is JsonArray calls ? calls.OfType<JsonObject>() : [];

    /// <summary>Text of a content that is a string or a list of parts.</summary>
    protected static string Content(JsonElement? content) =>
        content switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Array } parts => string.Concat(
                parts.EnumerateArray().Select(p => p.TryGetProperty("text", out var text) ? text.GetString() : "")
            ),
            _ => "",
        };

    protected static JsonNode? Node(JsonElement? element) =>
        element is { } value ? JsonNode.Parse(value.GetRawText()) : null;

    /// <summary>Options of the same name and meaning everywhere.</summary>
    protected static JsonObject Options(GoBody body, string limit, string stop, double? otherwise)
    {
        JsonObject options = [];
        Set("temperature", body.Real("temperature") ?? otherwise);
        Set("top_p", body.Real("top_p") ?? otherwise);
        Set("num_predict", body.Number(limit));
        foreach (var name in (string[])["seed", "top_k", "frequency_penalty", "presence_penalty"])
        {
            Set(name, body.Real(name));
        }

        if (body.Get(stop) is { } strings)
        {
            options["stop"] =
                strings.ValueKind == JsonValueKind.String ? new JsonArray(strings.GetString()!) : Node(strings);
        }

        return options;

        void Set(string name, double? value)
        {
            if (value is { } number)
            {
                options[name] =
                    number == Math.Floor(number) ? JsonValue.Create((long)number) : JsonValue.Create(number);
            }
        }
    }
}

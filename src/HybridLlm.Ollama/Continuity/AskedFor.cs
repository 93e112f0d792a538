using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>What of a request decides how its answer can be continued.</summary>
internal sealed class AskedFor(OllamaApi api, JsonObject body)
{
    private const int ContextsWithoutLimit = 10;

    public OllamaApi Api => api;

    public JsonObject Body => body;

    public string Model { get; } = Text(body, "model");

    public string Prompt => Text(body, "prompt");

    /// <summary>The prompt is the model's as it stands, without a template.</summary>
    public bool Raw => Flag(body, "raw") is true;

    public bool Tools => body["tools"] is JsonArray { Count: > 0 };

    public bool Format => body["format"] is { } format && format.ToJsonString() is not "\"\"";

    /// <summary>Earlier turns as token numbers, which the server turns back into text.</summary>
    public bool Context => body["context"] is JsonArray { Count: > 0 };

    /// <summary>False if the model was told not to reason; null if nothing was said.</summary>
    public bool? Think => Flag(body, "think") ?? (body["think"] is null ? null : true);

    public bool Logprobs { get; } = Flag(body, "logprobs") is true;

    /// <summary>Likeliest tokens wanted beside each token; 0 to 20.</summary>
    public int TopLogprobs => Number(body["top_logprobs"]) is > 0 and <= 20 and var count ? (int)count : 0;

    /// <summary>Images in the order of the prompt's placeholders.</summary>
    public IReadOnlyList<JsonNode> Images =>
        [
            .. Nodes(body["images"]),
            .. Nodes(body["messages"]).SelectMany(m => m is JsonObject message ? Nodes(message["images"]) : []),
        ];

    /// <summary>Stop strings of the request itself; null if it leaves them to the model.</summary>
    public IReadOnlyList<string>? Stops =>
        body["options"] is JsonObject options && options["stop"] is JsonArray stops
            ? [.. Nodes(stops).Select(s => s.ToString())]
            : null;

    /// <summary>True if every token is the likeliest, so that chance has no part in the text.</summary>
    public bool IsGreedy(ModelDescription? model) =>
        (Number("temperature", model) is <= 0 || Number("top_k", model) is 1) && Number("mirostat", model) is null or 0;

    /// <summary>True if what has occurred is made less likely, which the probabilities a server shows leave out.</summary>
    public bool IsPenalized(ModelDescription? model) =>
        Number("repeat_penalty", model) is not (null or 1)
        || Number("presence_penalty", model) is not (null or 0)
        || Number("frequency_penalty", model) is not (null or 0);

    /// <summary>Most tokens wanted; null for no limit.</summary>
    /// <param name="model">The model, whose default holds where the request says nothing.</param>
    /// <param name="contextLength">Context, tokens: a request without a limit gets one of ten contexts. Null if not known.</param>
    public int? MaxTokens(ModelDescription? model, int? contextLength = null) =>
        Number("num_predict", model) switch
        {
            > 0 and var limit => (int)limit,
            0 => null,
            _ => ContextsWithoutLimit * contextLength,
        };

    /// <summary>Context the request or else its model asks for, tokens; null if that is left to the server.</summary>
    public int? ContextLength(ModelDescription? model) =>
        Number("num_ctx", model) is > 0 and var length ? (int)length : null;

    /// <summary>A request that loads the model as this one needs it, and asks nothing.</summary>
    public JsonObject Load()
    {
        // All that chooses the runner: with another value the server would load the model again.
        string[] fields = ["model", "options", "shift", "keep_alive"];
        return new JsonObject(fields.Where(body.ContainsKey).Select(f => KeyValuePair.Create(f, body[f]?.DeepClone())));
    }

    /// <summary>An option of the request, else the model's default; null if neither gives it.</summary>
    private double? Number(string name, ModelDescription? model)
    {
        if (body["options"] is JsonObject options && Number(options[name]) is { } given)
        {
            return given;
        }

        var line = model
            ?.Parameters.Split('\n')
            .FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return line is not null && double.TryParse(line[name.Length..], CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>A number, however the caller put it in: as another type of number it would not be given out as one of this.</summary>
    private static double? Number(JsonNode? node) =>
        node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number ? null
        : value.TryGetValue<double>(out var number) ? number
        : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Text(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static bool? Flag(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) =>
        node is JsonArray array ? array.OfType<JsonNode>() : [];
}

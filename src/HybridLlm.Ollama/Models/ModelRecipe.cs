using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Models;

/// <summary>What a model is made of: another one, or files that were uploaded, and what is changed about it.</summary>
public sealed record ModelRecipe
{
    /// <summary>Model it starts from; null if <see cref="Files"/> are given.</summary>
    public string? From { get; init; }

    /// <summary>Digests by file name, e.g. <c>model.gguf</c>, as <see cref="OllamaModels.UploadAsync"/> gives them; empty if <see cref="From"/> is given.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Go template of its prompts; null takes that of the model, or the one that fits the GGUF's.</summary>
    public string? Template { get; init; }

    /// <summary>System message; null for none of its own.</summary>
    public string? System { get; init; }

    /// <summary>Default options, e.g. <c>temperature</c> or <c>num_ctx</c>; null for none of its own.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>Built-in renderer instead of a template. The server takes any name, and fails when the model is used.</summary>
    public string? Renderer { get; init; }

    /// <summary>Built-in parser of thoughts and tool calls; null for none.</summary>
    public string? Parser { get; init; }

    /// <summary>Quantization to convert the weights to, e.g. <c>q4_K_M</c>; null leaves them as they are.</summary>
    public string? Quantize { get; init; }

    internal JsonObject ToBody(string model)
    {
        JsonObject body = new() { ["model"] = model };
        (string Name, JsonNode? Value)[] fields =
        [
            ("from", From),
            (
                "files",
                Files.Count == 0
                    ? null
                    : new JsonObject(Files.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value)))
            ),
            ("template", Template),
            ("system", System),
            ("parameters", Parameters?.DeepClone()),
            ("renderer", Renderer),
            ("parser", Parser),
            ("quantize", Quantize),
        ];
        foreach (var (name, value) in fields.Where(f => f.Value is not null))
        {
            body[name] = value;
        }

        return body;
    }
}

using System.Text.Json;

namespace HybridLlm.Testing.Ollama;

/// <summary>A request's <c>options</c>, with Ollama's defaults and its words for an option of the wrong type.</summary>
internal sealed record RunOptions
{
    private static readonly string[] s_runnerOptions =
    [
        "num_batch",
        "num_gpu",
        "main_gpu",
        "use_mmap",
        "num_thread",
        "draft_num_predict",
    ];

    private static readonly string[] s_integers =
    [
        "num_ctx",
        "num_predict",
        "num_keep",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "num_thread",
        "seed",
        "top_k",
        "repeat_last_n",
    ];

    private static readonly string[] s_floats =
    [
        "temperature",
        "top_p",
        "min_p",
        "typical_p",
        "repeat_penalty",
        "presence_penalty",
        "frequency_penalty",
    ];

    public required SamplingOptions Sampling { get; init; }

    /// <summary>Tokens to generate: 0 is without limit, below 0 is ten contexts.</summary>
    public required int NumPredict { get; init; }

    public required int NumCtx { get; init; }

    public required IReadOnlyList<string> Stop { get; init; }

    /// <summary>What a resident model was loaded with; another value reloads it.</summary>
    public required string Runner { get; init; }

    public static RunOptions Parse(JsonElement? options, bool? shift, EmulatedModel model, int defaultContext)
    {
        foreach (var option in options?.EnumerateObject() ?? default)
        {
            Check(option.Name, option.Value);
        }

        SamplingOptions defaults = new();
        var context = (int)Number("num_ctx", defaultContext);
        return new RunOptions
        {
            NumPredict = (int)Number("num_predict", -1),
            NumCtx = Math.Min(context, model.ContextLength),
            Stop = Get("stop") is { } stop ? [.. stop.EnumerateArray().Select(s => s.ToString())] : model.Stop,
            Runner = string.Join(
                ';',
                s_runnerOptions.Select(name => $"{Get(name)}").Append($"{context}").Append($"{shift is not false}")
            ),
            Sampling = new SamplingOptions
            {
                Temperature = Number("temperature", defaults.Temperature),
                TopK = (int)Number("top_k", defaults.TopK),
                TopP = Number("top_p", defaults.TopP),
                MinP = Number("min_p", defaults.MinP),
                Seed = (long)Number("seed", defaults.Seed),
                RepeatPenalty = Number("repeat_penalty", defaults.RepeatPenalty),
                RepeatLastN = (int)Number("repeat_last_n", defaults.RepeatLastN),
                PresencePenalty = Number("presence_penalty", defaults.PresencePenalty),
                FrequencyPenalty = Number("frequency_penalty", defaults.FrequencyPenalty),
            },
        };

        JsonElement? Get(string name) =>
            options is { } map && map.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? value
                : null;

        double Number(string name, double otherwise) => Get(name)?.GetDouble() ?? otherwise;
    }

    private static void Check(string name, JsonElement value)
    {
        var expected =
            s_integers.Contains(name) ? (JsonValueKind.Number, "integer")
            : s_floats.Contains(name) ? (JsonValueKind.Number, "float32")
            : name == "stop" ? (JsonValueKind.Array, "array")
            : (value.ValueKind, "");
        if (value.ValueKind != expected.Item1 && value.ValueKind != JsonValueKind.Null)
        {
            throw new ReplyException(500, $"option \"{name}\" must be of type {expected.Item2}");
        }
    }
}

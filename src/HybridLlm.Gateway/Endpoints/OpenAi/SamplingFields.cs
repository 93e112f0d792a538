using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>Sampling fields of OpenAI's requests as Ollama's options.</summary>
internal static class SamplingFields
{
    private static readonly string[] s_same = ["temperature", "top_p", "frequency_penalty", "presence_penalty"];

    /// <param name="from">The request.</param>
    /// <param name="limits">Names the limit of tokens goes by, the first that is there counts.</param>
    public static JsonObject Options(JsonObject from, params ReadOnlySpan<string> limits)
    {
        JsonObject options = [];
        foreach (var name in s_same)
        {
            if (from.Number(name) is { } value)
            {
                options[name] = value;
            }
        }

        // As Ollama's own translation does.
        options.TryAdd("temperature", 1.0);
        options.TryAdd("top_p", 1.0);
        if (from.Whole("seed", int.MinValue) is { } seed)
        {
            options["seed"] = seed;
        }

        if (from["stop"] is not null && from.Texts("stop") is { } stops)
        {
            options["stop"] = stops;
        }

        foreach (var limit in limits)
        {
            if (from.Whole(limit, 1) is { } tokens)
            {
                options["num_predict"] = tokens;
                break;
            }
        }

        return options;
    }

    /// <summary>Ollama's <c>think</c> for an effort; null if none was asked for.</summary>
    public static JsonNode? Think(string? effort) =>
        effort switch
        {
            null => null,
            "none" => false,
            "minimal" => "low",
            "low" or "medium" or "high" => effort,
            "xhigh" or "max" => "max",
            _ => throw Json.Wrong("reasoning effort", "none, low, medium or high"),
        };

    /// <summary>Ollama's <c>format</c> for a response format; null for text.</summary>
    public static JsonNode? Format(JsonObject? format) =>
        format?.Text("type") switch
        {
            null or "text" => null,
            "json_object" => "json",
            // Chat puts the schema one level deeper than responses do.
            "json_schema" => (
                (format.Object("json_schema") ?? format)["schema"] ?? throw Json.Wrong("schema", "given")
            ).DeepClone(),
            var other => throw new GatewayRefusal(RefusalKind.Invalid, $"response format '{other}' is not known."),
        };
}

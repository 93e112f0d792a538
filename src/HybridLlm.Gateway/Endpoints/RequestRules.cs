using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>What a client may decide and what it may not.</summary>
internal static class RequestRules
{
    /// <summary>
    /// Any change of these reloads the model, for everybody. And <c>keep_alive</c> sticks to the loaded model, so any client could
    /// unload it.
    /// </summary>
    private static readonly string[] s_runnerOptions =
    [
        "num_ctx",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "use_mmap",
        "num_thread",
        "draft_num_predict",
    ];

    /// <summary>Why this is not for us; null when it is.</summary>
    public static string? Fault(JsonObject body, string model)
    {
        var asked =
            body["model"] is JsonValue value && value.GetValueKind() == JsonValueKind.String
                ? value.GetValue<string>()
                : "";
        return asked == model || asked + ":latest" == model
            ? null
            : $"model '{asked}' not found; this gateway serves {model}";
    }

    /// <summary>Takes out what would reload or unload the model for everybody.</summary>
    public static void Normalise(JsonObject body)
    {
        body.Remove("keep_alive");
        body.Remove("shift");
        if (body["options"] is JsonObject options)
        {
            foreach (var option in s_runnerOptions)
            {
                options.Remove(option);
            }
        }
    }
}

using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>What a client may not decide, because it would decide it for everybody.</summary>
internal static class RequestRules
{
    /// <summary>Any change of these reloads the model.</summary>
    private static readonly string[] s_runnerOptions =
    [
        "num_ctx",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "use_mmap",
        "use_mlock",
        "low_vram",
        "vocab_only",
        "numa",
        "num_thread",
        "draft_num_predict",
    ];

    /// <summary>
    /// Takes out what would reload or unload the model: runner options, <c>shift</c>, and <c>keep_alive</c>, which sticks to the loaded
    /// model. And what shows a server's inside.
    /// </summary>
    /// <param name="body">A native request, which is changed.</param>
    /// <param name="keepAlive">What the gateway wants instead; null for the server's own.</param>
    public static void Normalise(JsonObject body, TimeSpan? keepAlive = null)
    {
        body.Remove("keep_alive");
        body.Remove("shift");
        body.Remove("_debug_render_only");
        if (keepAlive is { } stay)
        {
            body["keep_alive"] = stay < TimeSpan.Zero ? -1 : (long)stay.TotalSeconds;
        }

        if (body["options"] is JsonObject options)
        {
            foreach (var option in s_runnerOptions)
            {
                options.Remove(option);
            }

            // Ollama takes 0 for a number that is never reached.
            if (options["num_predict"] is JsonValue limit && limit.TryGetValue<double>(out var tokens) && tokens == 0)
            {
                options["num_predict"] = 1;
            }
        }
    }
}

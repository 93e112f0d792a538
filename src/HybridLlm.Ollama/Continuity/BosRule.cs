namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Some built-in renderers write the start token as text. Chat strips it before the tokenizer adds its own; <c>raw</c> does not, so the
/// rendered prompt must lose it, but only if the tokenizer does add one. From Ollama's <c>model/renderers</c>.
/// </summary>
internal static class BosRule
{
    // glm's [gMASK]<sop> is no start token and stays.
    private static readonly Dictionary<string, string> s_written = new(StringComparer.Ordinal)
    {
        ["cogito"] = "<｜begin▁of▁sentence｜>",
        ["deepseek3.1"] = "<｜begin▁of▁sentence｜>",
        ["lfm2"] = "<|startoftext|>",
        ["lfm2-thinking"] = "<|startoftext|>",
        ["laguna"] = "〈|EOS|〉",
        ["poolside-v1"] = "〈|EOS|〉",
        ["glimmer"] = "<|begin_of_text|>",
        ["cohere"] = "<BOS_TOKEN>",
    };

    /// <summary>The rendered prompt as <c>raw</c> must get it.</summary>
    public static string Apply(string rendered, ModelDescription model)
    {
        // Raw strips this one itself; without it the prompt is the same and its tokens are easier to reason about.
        var bos =
            model.Renderer is { } renderer && s_written.TryGetValue(renderer, out var written) ? written : "<bos>";
        return AddsBos(model) && rendered.StartsWith(bos, StringComparison.Ordinal) ? rendered[bos.Length..] : rendered;
    }

    private static bool AddsBos(ModelDescription model) =>
        model.Info.TryGetValue("tokenizer.ggml.add_bos_token", out var adds)
            && adds.ValueKind == System.Text.Json.JsonValueKind.True
        // Ollama adds it for these tokenizers whatever their header says.
        || model.Info.TryGetValue("tokenizer.ggml.pre", out var pre) && pre.ToString() is "lfm2" or "gemma4";
}

using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>The models the recordings were made with, as the emulator has them.</summary>
internal static class TinyModels
{
    public static OllamaEmulatorOptions Options() =>
        new()
        {
            Version = "0.33.0-rc2",
            Models =
            [
                Tiny("tiny", PromptTemplate.Plain),
                Tiny("tiny-eos", PromptTemplate.PromptResponse),
                Tiny("tiny-loop", PromptTemplate.PromptResponse) with
                {
                    Loops = true,
                },
                Tiny("tinyj", PromptTemplate.ChatMl),
                Tiny("tiny-jinja", PromptTemplate.ChatMl),
                Tiny("tiny-last", PromptTemplate.Llama3Library),
                Tiny("tiny-system", PromptTemplate.SystemPromptResponse),
                Tiny("tiny-think", PromptTemplate.Plain) with
                {
                    Capabilities = ["completion", "thinking"],
                },
                Tiny("tiny-think-parser", PromptTemplate.Qwen3VlThinking) with
                {
                    Capabilities = ["completion", "tools", "thinking"],
                },
                Tiny("tiny-tools", PromptTemplate.Tools) with
                {
                    Capabilities = ["completion", "tools"],
                },
                Tiny("tiny-insert", PromptTemplate.Insert) with
                {
                    Capabilities = ["completion", "insert"],
                },
                Tiny("tiny-embed", PromptTemplate.ChatMl) with
                {
                    Capabilities = ["embedding"],
                },
                Tiny("made", PromptTemplate.SystemPromptResponse),
                Tiny("f-llama3-instruct", PromptTemplate.Llama3),
                Tiny("r-qwen3-coder", PromptTemplate.Qwen3Coder),
                Tiny("r-qwen3-vl-thinking", PromptTemplate.Qwen3VlThinking),
                Tiny("r-lfm2", PromptTemplate.Lfm2),
                Tiny("r-deepseek3.1", PromptTemplate.DeepSeek31),
                Tiny("r-gemma4", PromptTemplate.Gemma4),
            ],
        };

    private static EmulatedModel Tiny(string name, PromptTemplate template) =>
        new()
        {
            Name = name,
            Template = template,
            Bytes = 889_341,
            ContextLength = 8192,
            EmbeddingLength = 64,
            Layers = 2,
            KvHeads = 2,
            HeadLength = 16,
            FeedForwardLength = 128,
            ParameterSize = "215K",
            Quantization = "unknown",
        };
}

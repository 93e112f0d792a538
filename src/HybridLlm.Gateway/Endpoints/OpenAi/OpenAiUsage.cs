using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>Counters as the completions APIs write them.</summary>
internal static class OpenAiUsage
{
    public static JsonObject Json(OllamaUsage? usage) =>
        new()
        {
            ["prompt_tokens"] = usage?.PromptTokens ?? 0,
            ["completion_tokens"] = usage?.AnswerTokens ?? 0,
            ["total_tokens"] = (usage?.PromptTokens ?? 0) + (usage?.AnswerTokens ?? 0),
        };
}

using System.Text.Json.Nodes;
using HybridLlm.Gateway.Endpoints.Anthropic;
using HybridLlm.Gateway.Endpoints.Ollama;
using HybridLlm.Gateway.Endpoints.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>An error in the words of the API that was asked.</summary>
internal static class ErrorWords
{
    public static string ProtocolOf(PathString path) =>
        path.StartsWithSegments("/v1/messages") ? "anthropic"
        : path.StartsWithSegments("/v1") ? "openai"
        : "ollama";

    public static JsonObject For(PathString path, GatewayRefusal refusal) =>
        ProtocolOf(path) switch
        {
            "anthropic" => AnthropicProtocol.Error(refusal),
            "openai" => OpenAiErrors.Error(refusal),
            _ => OllamaProtocol.Error(refusal),
        };
}

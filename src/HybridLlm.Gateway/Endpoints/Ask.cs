using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>A request for an answer, in Ollama's native terms whatever protocol it came in.</summary>
internal sealed record Ask
{
    public required OllamaApi Api { get; init; }

    /// <summary>Model name as the client gave it.</summary>
    public required string Model { get; init; }

    /// <summary>The native request.</summary>
    public required JsonObject Body { get; init; }

    /// <summary>The client wants the answer in pieces.</summary>
    public required bool Stream { get; init; }

    /// <summary>The client wants the counters at the end of the stream; only OpenAI's protocol asks.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Operation by OpenTelemetry's names for generative AI: <c>chat</c> or <c>text_completion</c>.</summary>
    public string Operation => Api == OllamaApi.Chat ? "chat" : "text_completion";
}

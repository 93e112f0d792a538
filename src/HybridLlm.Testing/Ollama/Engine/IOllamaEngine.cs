using System.Text.Json;

namespace HybridLlm.Testing.Ollama;

/// <summary>What generates text behind an <see cref="OllamaEmulator"/>.</summary>
public interface IOllamaEngine
{
    /// <summary>The tokens that follow a prompt, without end unless the model ends by itself.</summary>
    IAsyncEnumerable<EngineToken> GenerateAsync(EngineRequest request, CancellationToken cancellationToken);

    /// <summary>How many tokens a text is.</summary>
    ValueTask<int> CountTokensAsync(EmulatedModel model, string text, CancellationToken cancellationToken);
}

/// <summary>One generation, after templates and truncation.</summary>
public sealed record EngineRequest
{
    /// <summary>The model.</summary>
    public required EmulatedModel Model { get; init; }

    /// <summary>The whole prompt, as the model's tokenizer gets it.</summary>
    public required string Prompt { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>The request's <c>format</c>: <c>"json"</c> or a schema; null for free text.</summary>
    public JsonElement? Format { get; init; }
}

/// <summary>One token.</summary>
/// <param name="Utf8">Its bytes; may begin or end inside a character.</param>
/// <param name="LogProbability">Natural logarithm of its probability; 0 or less.</param>
public sealed record EngineToken(ReadOnlyMemory<byte> Utf8, double LogProbability)
{
    /// <summary>Other tokens that could have been, likeliest first; empty if the engine does not say.</summary>
    public IReadOnlyList<EngineToken> Alternatives { get; init; } = [];
}

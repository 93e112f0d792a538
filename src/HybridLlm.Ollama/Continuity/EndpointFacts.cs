namespace HybridLlm.Ollama.Continuity;

/// <summary>Which weights and program a server answers with.</summary>
/// <param name="Version">The server's version.</param>
/// <param name="Digest">The model's digest; null if the server does not have it.</param>
internal sealed record ServerIdentity(string Version, string? Digest)
{
    /// <summary>The model's own stop strings; empty if it has none, or the server did not say.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];
}

/// <summary>What is known of the server an answer may go on at.</summary>
internal sealed record EndpointFacts
{
    /// <summary>Who it is.</summary>
    public required ServerIdentity Identity { get; init; }

    /// <summary>Who the server was where the answer began; null if it was lost before it said.</summary>
    public required ServerIdentity? Origin { get; init; }

    /// <summary>The model there.</summary>
    public required ModelDescription Model { get; init; }

    /// <summary>The request's prompt as this server renders it; null if it takes no template.</summary>
    public string? Rendered { get; init; }

    /// <summary>What its template does with the answer so far as the assistant's last message; closes it if that was not asked.</summary>
    public TrailingVerdict Trailing { get; init; }

    /// <summary>Context of one request, tokens; null if not known.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens of the request's prompt; null if it is too short to fill the context with the answer so far, or not known.</summary>
    public int? PromptTokens { get; init; }
}

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>One thing a manifest lacks or has that it should not.</summary>
public sealed record ManifestFinding
{
    /// <summary>Short name of the rule, e.g. <c>image-digest</c>; stays the same.</summary>
    public required string Rule { get; init; }

    /// <summary>The object, e.g. <c>Deployment llm-inference/ollama</c>; empty if it is the whole text.</summary>
    public required string Where { get; init; }

    /// <summary>What is wrong, and what goes wrong because of it.</summary>
    public required string Message { get; init; }

    /// <summary>What to write instead.</summary>
    public required string Remedy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Rule}: {(Where.Length > 0 ? Where + ": " : "")}{Message} {Remedy}";
}

namespace HybridLlm.Ollama.Fitting;

/// <summary>The table of well-known models has no such model, so nobody knows what memory it takes.</summary>
public sealed class UnknownModelException : OllamaException
{
    internal UnknownModelException(string model, IReadOnlyList<ModelShape> known)
        : base(
            $"No figures are known of model '{model}'; known are {string.Join(", ", known.Select(m => m.Name))}.",
            "Supply a ModelShape: block_count, embedding_length, feed_forward_length, attention.head_count_kv, key_length and value_length "
                + "stand in its GGUF header and in the reply of /api/show, its size in /api/tags."
        ) => Model = model;

    /// <summary>The name that was looked up.</summary>
    public string Model { get; }
}

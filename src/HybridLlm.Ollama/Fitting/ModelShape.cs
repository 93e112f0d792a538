namespace HybridLlm.Ollama.Fitting;

/// <summary>The figures of a model that decide how much memory it takes.</summary>
public sealed record ModelShape
{
    /// <summary>Name with tag, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the weights: the GGUF file and, if there is one, the projector, bytes.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Blocks of the network (<c>block_count</c>); 1 or more.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of a token between blocks (<c>embedding_length</c>).</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Width inside a block (<c>feed_forward_length</c>).</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Width of all query heads together (<c>attention.head_count</c> x <c>key_length</c>); null if it is <see cref="EmbeddingLength"/>.</summary>
    public int? QueryWidth { get; init; }

    /// <summary>Longest context the model was trained for, tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The blocks that keep keys and values, by kind. Recurrent blocks keep next to nothing and are left out.</summary>
    public required IReadOnlyList<AttentionLayers> Attention { get; init; }

    /// <summary>Where the figures come from; null if the caller supplied them.</summary>
    public string? Source { get; init; }
}

/// <summary>Blocks of one model that keep equally much of every token.</summary>
public sealed record AttentionLayers
{
    /// <summary>How many blocks; 1 or more.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads that keys and values are kept for (<c>attention.head_count_kv</c>), mostly fewer than there are query heads.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Width of a key (<c>attention.key_length</c>).</summary>
    public required int KeyLength { get; init; }

    /// <summary>Width of a value (<c>attention.value_length</c>).</summary>
    public required int ValueLength { get; init; }

    /// <summary>These blocks see only so many tokens back (<c>attention.sliding_window</c>); null if they see the whole context.</summary>
    public int? Window { get; init; }
}

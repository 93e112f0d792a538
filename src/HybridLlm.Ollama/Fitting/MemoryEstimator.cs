namespace HybridLlm.Ollama.Fitting;

/// <summary>
/// Works out what memory a model takes under llama.cpp, which Ollama runs since 0.30, with flash attention. Pure. It looks
/// closer than Ollama's own prediction, which takes every head to be <c>embedding_length / head_count</c> wide and knows no windows.
/// </summary>
public static class MemoryEstimator
{
    // llama.cpp works through a prompt in pieces of this many tokens; Ollama takes larger ones only where memory is left over.
    internal const int BatchTokens = 512;

    // Caches are allotted in steps of this many tokens.
    private const int CacheStep = 256;

    // The driver's own share of every GPU a process touches.
    private const long CudaContextBytes = 512L * 1024 * 1024;

    /// <summary>The memory <paramref name="model"/> takes at a context and parallelism.</summary>
    /// <param name="model">Its figures.</param>
    /// <param name="contextLength">Context of one request, tokens; 1 or more.</param>
    /// <param name="parallel">Requests answered at once (<c>OLLAMA_NUM_PARALLEL</c>); 1 or more.</param>
    /// <param name="cacheType">How keys and values are stored.</param>
    public static MemoryNeed Estimate(
        ModelShape model,
        int contextLength,
        int parallel = 1,
        KvCacheType cacheType = KvCacheType.F16
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        MemoryStep weights = new("weights", model.WeightBytes, model.Source ?? "size of the model's files");
        MemoryStep[] caches = [.. model.Attention.Select(layers => Cache(layers, contextLength, parallel, cacheType))];
        MemoryStep context = new("CUDA context", CudaContextBytes, "the driver's own, a GPU");
        return new MemoryNeed
        {
            Model = model,
            ContextLength = contextLength,
            Parallel = parallel,
            Steps = [weights, .. caches, Compute(model, contextLength), context],
            DividedBytes = weights.Bytes + caches.Sum(c => c.Bytes),
        };
    }

    private static MemoryStep Cache(AttentionLayers layers, int contextLength, int parallel, KvCacheType type)
    {
        var cells = Cells(layers, contextLength);
        var numbers = (long)layers.Layers * cells * parallel * layers.KvHeads * (layers.KeyLength + layers.ValueLength);
        var bytes = type switch
        {
            KvCacheType.Q8 => numbers * 34 / 32,
            KvCacheType.Q4 => numbers * 18 / 32,
            _ => numbers * 2,
        };
        var kind = layers.Window is null ? "KV cache" : "KV windows";
        return new MemoryStep(
            kind,
            bytes,
            $"{layers.Layers} layers x {cells} tokens x {parallel} x {layers.KvHeads} heads x ({layers.KeyLength} + {layers.ValueLength}) in {type}"
        );
    }

    /// <summary>
    /// Scratch space: of a block's two halves the one that takes more, and for every kind of block what hides tokens from each other. The
    /// factors are those of llama-server's log for networks of many shapes, or a little more.
    /// </summary>
    private static MemoryStep Compute(ModelShape model, int contextLength)
    {
        var (query, keys) = (
            model.QueryWidth ?? model.EmbeddingLength,
            model.Attention.Select(KeyWidth).DefaultIfEmpty().Max()
        );
        var feeds = 3L * model.FeedForwardLength >= query + (3L * keys);
        var widest = feeds ? 3L * model.FeedForwardLength : query + (3L * keys);
        int[] masks =
        [
            .. model
                .Attention.Select(a => Cells(a, contextLength))
                .Append(RoundUp(contextLength, CacheStep))
                .Distinct(),
        ];
        var bytes = BatchTokens * ((4L * (widest + (5L * model.EmbeddingLength))) + (2L * masks.Sum()));
        var half = feeds ? $"3 x {model.FeedForwardLength}" : $"{query} + 3 x {keys}";
        return new MemoryStep(
            "compute",
            bytes,
            $"{BatchTokens} tokens x (4 B x ({half} + 5 x {model.EmbeddingLength}) + 2 B x {string.Join(" + 2 B x ", masks.OrderDescending())})"
        );
    }

    private static int KeyWidth(AttentionLayers layers) =>
        layers.KvHeads * Math.Max(layers.KeyLength, layers.ValueLength);

    private static int Cells(AttentionLayers layers, int contextLength) =>
        RoundUp(layers.Window is { } window ? Math.Min(contextLength, window + BatchTokens) : contextLength, CacheStep);

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}

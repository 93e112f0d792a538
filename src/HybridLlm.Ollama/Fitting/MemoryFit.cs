namespace HybridLlm.Ollama.Fitting;

/// <summary>Turns <see cref="MemoryEstimator"/> round: what fits the GPUs there are, or how many GPUs it takes. Pure.</summary>
public static class MemoryFit
{
    // Contexts are offered in steps of what llama.cpp allots caches by.
    private const int ContextStep = 256;

    /// <summary>The longest context that fits, tokens: a multiple of 256, at most what the model was trained for.</summary>
    /// <param name="model">Its figures.</param>
    /// <param name="gpuMemoryBytes">Free memory of one GPU, bytes.</param>
    /// <param name="gpus">Equal GPUs of one machine; 1 or more.</param>
    /// <param name="parallel">Requests answered at once; 1 or more.</param>
    /// <param name="cacheType">How keys and values are stored.</param>
    /// <returns>Null if not even 256 tokens fit.</returns>
    public static int? LongestContext(
        ModelShape model,
        long gpuMemoryBytes,
        int gpus = 1,
        int parallel = 1,
        KvCacheType cacheType = KvCacheType.F16
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        return Most(model.ContextLength / ContextStep, steps => Fits(steps * ContextStep)) * ContextStep;

        bool Fits(int context) =>
            MemoryEstimator.Estimate(model, context, parallel, cacheType).Fits(gpuMemoryBytes, gpus);
    }

    /// <summary>The most requests that can be answered at once, of <paramref name="most"/>.</summary>
    /// <param name="model">Its figures.</param>
    /// <param name="contextLength">Context of one request, tokens; 1 or more.</param>
    /// <param name="gpuMemoryBytes">Free memory of one GPU, bytes.</param>
    /// <param name="gpus">Equal GPUs of one machine; 1 or more.</param>
    /// <param name="most">More than so many are not wanted; 1 or more.</param>
    /// <param name="cacheType">How keys and values are stored.</param>
    /// <returns>Null if not even one fits.</returns>
    public static int? MostParallel(
        ModelShape model,
        int contextLength,
        long gpuMemoryBytes,
        int gpus = 1,
        int most = 16,
        KvCacheType cacheType = KvCacheType.F16
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return Most(most, n => MemoryEstimator.Estimate(model, contextLength, n, cacheType).Fits(gpuMemoryBytes, gpus));
    }

    /// <summary>The fewest GPUs that hold the model, of <paramref name="most"/>.</summary>
    /// <param name="need">The model at its context and parallelism.</param>
    /// <param name="gpuMemoryBytes">Free memory of one GPU, bytes.</param>
    /// <param name="most">GPUs a machine can have; 1 or more.</param>
    /// <returns>Null if so many do not hold it.</returns>
    public static int? FewestGpus(MemoryNeed need, long gpuMemoryBytes, int most = 8)
    {
        ArgumentNullException.ThrowIfNull(need);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return Enumerable.Range(1, most).Select(n => (int?)n).FirstOrDefault(n => need.Fits(gpuMemoryBytes, n!.Value));
    }

    /// <summary>The largest number up to a limit that fits, where every smaller one does too; null if 1 does not.</summary>
    private static int? Most(int limit, Func<int, bool> fits)
    {
        var (below, above) = (0, limit + 1);
        while (above - below > 1)
        {
            var middle = below + ((above - below) / 2);
            (below, above) = fits(middle) ? (middle, above) : (below, middle);
        }

        return below == 0 ? null : below;
    }
}

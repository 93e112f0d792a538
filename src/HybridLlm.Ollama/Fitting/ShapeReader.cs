using System.Text.Json;

namespace HybridLlm.Ollama.Fitting;

/// <summary>Reads a model's shape off the values of its GGUF header.</summary>
internal static class ShapeReader
{
    private const int MostLayers = 65_536;

    /// <summary>
    /// Every n-th block sees the whole context, the others a window. The header does not say it; llama.cpp knows it by the architecture
    /// (<c>src/llama-model.cpp</c>). Of others with a window all blocks are taken to see everything, which is never too little.
    /// </summary>
    private static readonly Dictionary<string, int> s_wholeEvery = new(StringComparer.Ordinal)
    {
        ["gemma2"] = 2,
        ["gemma3"] = 6,
        ["cohere2"] = 4,
        ["gpt-oss"] = 2,
    };

    public static ModelShape Read(string name, long weightBytes, IReadOnlyDictionary<string, JsonElement> values)
    {
        var architecture = values.TryGetValue("general.architecture", out var text)
            ? text.ToString()
            : throw Missing("general.architecture");
        var layers = Required("block_count");
        if (layers is < 1 or > MostLayers)
        {
            throw new GgufException(name, $"its block_count is {layers}.");
        }

        var (width, heads) = (Required("embedding_length"), Math.Max(1, Required("attention.head_count")));
        var keyLength = One("attention.key_length") ?? width / heads;
        var valueLength = One("attention.value_length") ?? width / heads;
        var kvHeads = All("attention.head_count_kv") is { Count: > 0 } given ? given : [heads];
        var (window, every) = (One("attention.sliding_window"), s_wholeEvery.GetValueOrDefault(architecture));
        return new ModelShape
        {
            Name = name,
            WeightBytes = weightBytes,
            Layers = layers,
            EmbeddingLength = width,
            QueryWidth = heads * keyLength,
            FeedForwardLength = Required("feed_forward_length"),
            ContextLength = Required("context_length"),
            Attention =
            [
                .. Enumerable
                    .Range(0, layers)
                    .Select(i =>
                        (
                            Heads: kvHeads[Math.Min(i, kvHeads.Count - 1)],
                            Window: every > 0 && i % every < every - 1 ? window : null
                        )
                    )
                    .Where(l => l.Heads > 0)
                    .GroupBy(l => l)
                    .Select(group => new AttentionLayers
                    {
                        Layers = group.Count(),
                        KvHeads = group.Key.Heads,
                        KeyLength = keyLength,
                        ValueLength = valueLength,
                        Window = group.Key.Window,
                    }),
            ],
            Source = "its GGUF header",
        };

        int Required(string key) =>
            All(key) is { Count: > 0 } numbers ? numbers.Max() : throw Missing($"{architecture}.{key}");

        int? One(string key) => All(key) is { Count: > 0 } numbers && numbers.Max() > 0 ? numbers.Max() : null;

        IReadOnlyList<int> All(string key) =>
            !values.TryGetValue($"{architecture}.{key}", out var value) ? []
            : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => Number(key, v))]
            : value.ValueKind == JsonValueKind.Number ? [Number(key, value)]
            : [];

        int Number(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0
                ? number
                : throw new GgufException(name, $"its {architecture}.{key} is {value}.");

        GgufException Missing(string key) => new(name, $"its header has no {key}.");
    }
}

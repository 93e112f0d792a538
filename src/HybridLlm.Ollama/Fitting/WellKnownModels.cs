using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HybridLlm.Ollama.Fitting;

/// <summary>Figures of models many people use, so that a plan can be made before any server has them. Default quantization.</summary>
public static class WellKnownModels
{
    private static readonly Entry[] s_entries = Load();

    private static readonly FrozenDictionary<string, ModelShape> s_byName = s_entries
        .SelectMany(e => e.Aliases.Append(e.Name).Select(name => KeyValuePair.Create(name, e.ToShape())))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every model of the table.</summary>
    public static IReadOnlyList<ModelShape> All { get; } = [.. s_entries.Select(e => e.ToShape())];

    /// <summary>The figures of a model, by its name as Ollama's library writes it, with or without tag.</summary>
    /// <exception cref="UnknownModelException">It is not in the table.</exception>
    public static ModelShape Get(string model) => Find(model) ?? throw new UnknownModelException(model, All);

    /// <summary>As <see cref="Get"/>, but null for a model that is not in the table.</summary>
    public static ModelShape? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        const string DefaultTag = ":latest";
        var name = model.EndsWith(DefaultTag, StringComparison.OrdinalIgnoreCase) ? model[..^DefaultTag.Length] : model;
        return s_byName.GetValueOrDefault(name);
    }

    private static Entry[] Load()
    {
        using var resource = typeof(WellKnownModels).Assembly.GetManifestResourceStream("well-known-models.json")!;
        return JsonSerializer.Deserialize(resource, WellKnownModelsJson.Default.EntryArray)!;
    }

    internal sealed record Entry
    {
        public required string Name { get; init; }
        public required string[] Aliases { get; init; }
        public required long WeightBytes { get; init; }
        public required int Layers { get; init; }
        public required int EmbeddingLength { get; init; }
        public required int FeedForwardLength { get; init; }
        public required int ContextLength { get; init; }
        public required AttentionLayers[] Attention { get; init; }
        public required string Source { get; init; }

        public ModelShape ToShape() =>
            new()
            {
                Name = Name,
                WeightBytes = WeightBytes,
                Layers = Layers,
                EmbeddingLength = EmbeddingLength,
                FeedForwardLength = FeedForwardLength,
                ContextLength = ContextLength,
                Attention = Attention,
                Source = Source,
            };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WellKnownModels.Entry[]))]
internal sealed partial class WellKnownModelsJson : JsonSerializerContext;

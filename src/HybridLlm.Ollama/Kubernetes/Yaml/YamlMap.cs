using System.Collections;

namespace HybridLlm.Ollama.Kubernetes.Yaml;

/// <summary>A mapping in the order it is written, each field with the reason it is there.</summary>
internal sealed class YamlMap : IEnumerable<YamlField>
{
    private readonly List<YamlField> _fields = [];

    /// <summary>Adds a field: text, a whole number, a truth value, a mapping or a list of these; null adds nothing.</summary>
    public void Add(string key, object? value, string? why = null)
    {
        if (value is not null)
        {
            _fields.Add(new YamlField(key, value, why));
        }
    }

    public IEnumerator<YamlField> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A mapping of texts; null of none.</summary>
    public static YamlMap? Texts(IReadOnlyDictionary<string, string> texts)
    {
        YamlMap map = [];
        foreach (var (key, value) in texts.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            map.Add(key, value);
        }

        return texts.Count == 0 ? null : map;
    }
}

/// <summary>One field of a <see cref="YamlMap"/>.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Why">Why it is there, written as a comment above it; null if it speaks for itself.</param>
internal sealed record YamlField(string Key, object Value, string? Why);

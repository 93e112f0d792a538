using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>Reads Kubernetes quantities such as <c>500m</c>, <c>8Gi</c> or <c>2</c>.</summary>
internal static class Quantities
{
    private static readonly (string Suffix, decimal Factor)[] s_suffixes =
    [
        ("Ki", 1024m),
        ("Mi", 1024m * 1024),
        ("Gi", 1024m * 1024 * 1024),
        ("Ti", 1024m * 1024 * 1024 * 1024),
        ("n", 1e-9m),
        ("u", 1e-6m),
        ("m", 1e-3m),
        ("k", 1e3m),
        ("M", 1e6m),
        ("G", 1e9m),
        ("T", 1e12m),
    ];

    /// <summary>0 when it is absent or cannot be read.</summary>
    public static decimal Read(JsonNode? quantity)
    {
        var text = quantity switch
        {
            null => "",
            _ when quantity.GetValueKind() == JsonValueKind.String => quantity.GetValue<string>(),
            _ => quantity.ToJsonString(),
        };
        var (suffix, factor) = s_suffixes.FirstOrDefault(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        var digits = suffix is null ? text : text[..^suffix.Length];
        return decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number * (suffix is null ? 1 : factor)
            : 0;
    }
}

using System.Globalization;

namespace HybridLlm.Liqo.Resources;

/// <summary>
/// Kubernetes quantities, compared by what they amount to: controllers rewrite <c>1024Mi</c> as <c>1Gi</c>. Upstream:
/// apimachinery/pkg/api/resource.
/// </summary>
internal static class Quantity
{
    private static readonly Dictionary<string, decimal> s_units = new(StringComparer.Ordinal)
    {
        ["n"] = 1e-9m,
        ["u"] = 1e-6m,
        ["m"] = 1e-3m,
        [""] = 1m,
        ["k"] = 1e3m,
        ["M"] = 1e6m,
        ["G"] = 1e9m,
        ["T"] = 1e12m,
        ["P"] = 1e15m,
        ["E"] = 1e18m,
        ["Ki"] = 1024m,
        ["Mi"] = 1024m * 1024,
        ["Gi"] = 1024m * 1024 * 1024,
        ["Ti"] = 1024m * 1024 * 1024 * 1024,
        ["Pi"] = 1024m * 1024 * 1024 * 1024 * 1024,
        ["Ei"] = 1024m * 1024 * 1024 * 1024 * 1024 * 1024,
    };

    /// <summary>The amount; null when the text is no quantity of 0 or more.</summary>
    public static decimal? Parse(string text)
    {
        const NumberStyles Digits = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var unit = text.Length - text.AsSpan().TrimEnd("numkKMGTPEi").Length;
        // "1E" is an exa, "1E3" an exponent: only what follows the last digit is a unit.
        var (number, suffix) = (text[..^unit], text[^unit..]);
        return
            s_units.TryGetValue(suffix, out var factor)
            && decimal.TryParse(number, Digits, CultureInfo.InvariantCulture, out var amount)
            ? amount * factor
            : null;
    }

    public static bool AreEqual(string? left, string? right) =>
        left == right || (left is not null && right is not null && Parse(left) is { } amount && amount == Parse(right));

    /// <summary>Whether every wanted resource is there in the wanted amount.</summary>
    public static bool Covers(
        IReadOnlyDictionary<string, string>? granted,
        IReadOnlyDictionary<string, string> wanted
    ) => wanted.All(w => AreEqual(granted?.GetValueOrDefault(w.Key), w.Value));
}

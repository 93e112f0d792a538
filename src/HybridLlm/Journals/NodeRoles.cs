using System.Globalization;

namespace HybridLlm.Journals;

/// <summary>The words the journal uses for what a node is for.</summary>
internal static class NodeRoles
{
    public const string Gpu = "gpu";
    public const string Lighthouse = "lighthouse";

    /// <summary>The number in a node's name, e.g. 7 of <c>gpu-7</c>; 0 for a name of another form.</summary>
    public static int NumberOf(string role, string? wakeId) =>
        wakeId is not null
        && wakeId.StartsWith($"{role}-", StringComparison.Ordinal)
        && int.TryParse(wakeId.AsSpan(role.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}

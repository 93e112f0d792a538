namespace HybridLlm.Liqo.Installation;

/// <summary>A way of saying something that Liqo 1.x no longer understands, and mostly ignores in silence.</summary>
/// <param name="Line">Line it stands in, from 1.</param>
/// <param name="Found">The old spelling.</param>
/// <param name="Today">What is said instead.</param>
public sealed record OutdatedSpelling(int Line, string Found, string Today)
{
    /// <summary>By Helm value: Helm ignores values no chart reads, so the old one changes nothing.</summary>
    private static readonly (string Value, string Today)[] s_values =
    [
        ("networking.internal", "networking.enabled"),
        ("auth.config", "nothing: authentication is always on; authentication.enabled switches the module"),
        ("requirements.kernel.disabled", "requirements.kernel.enabled"),
        ("ipam.podCIDR", "ipam.podCIDRs, a list, since 1.2"),
    ];

    /// <summary>By words, in manifests and scripts.</summary>
    private static readonly (string Words, string Today)[] s_words =
    [
        ("topology.liqo.io/type", "liqo.io/type"),
        ("outgoingPeeringEnabled", "nothing: a ResourceSlice asks for resources"),
        ("generate peer-command", "liqoctl peer --remote-kubeconfig"),
        ("peer out-of-band", "liqoctl peer --remote-kubeconfig"),
        ("peer in-band", "liqoctl peer --in-band"),
        ("--disable-networking", "--networking-disabled"),
        ("liqoctl status", "liqoctl info"),
        ("liqoctl add cluster", "liqoctl peer --remote-kubeconfig"),
        ("liqoctl network init", "liqoctl network connect"),
    ];

    /// <summary>Finds outdated spellings in Helm values, manifests or scripts.</summary>
    /// <param name="text">The text; YAML is read by its indentation, other text word by word.</param>
    public static IReadOnlyList<OutdatedSpelling> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<OutdatedSpelling> found = [];
        List<(int Indent, string Key)> path = [];
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var dotted = Descend(path, line);
            found.AddRange(
                s_values
                    .Where(v => IsAt(dotted, v.Value) || IsSet(line, v.Value))
                    .Select(v => new OutdatedSpelling(index + 1, v.Value, v.Today))
            );
            found.AddRange(
                s_words
                    .Where(w => line.Contains(w.Words, StringComparison.Ordinal))
                    .Select(w => new OutdatedSpelling(index + 1, w.Words, w.Today))
            );
        }

        return found;
    }

    /// <summary>E.g. <c>line 3: networking.internal is now networking.enabled</c>.</summary>
    public override string ToString() => $"line {Line}: {Found} is now {Today}";

    /// <summary>The dotted name of the YAML key in a line, given the keys above it; null for a line without a key.</summary>
    private static string? Descend(List<(int Indent, string Key)> path, string line)
    {
        var key = line.AsSpan().TrimStart();
        var colon = key.IndexOf(':');
        if (colon <= 0 || key[0] is '#' or '-' || key[..colon].Contains(' '))
        {
            return null;
        }

        var indent = line.Length - key.Length;
        path.RemoveAll(p => p.Indent >= indent);
        path.Add((indent, key[..colon].Trim('"').ToString()));
        return string.Join('.', path.Select(p => p.Key));
    }

    /// <summary>Whether a key is the value itself, wherever the values begin, as within a HelmChart.</summary>
    private static bool IsAt(string? dotted, string value) =>
        dotted is not null && (dotted == value || dotted.EndsWith($".{value}", StringComparison.Ordinal));

    /// <summary>Whether <c>--set</c> or the like gives the value, or one below it.</summary>
    private static bool IsSet(string line, string value)
    {
        var at = line.IndexOf(value, StringComparison.Ordinal);
        return at >= 0 && line.AsSpan(at + value.Length) is ['=' or '.', ..];
    }
}

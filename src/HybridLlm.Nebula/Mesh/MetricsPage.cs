using System.Globalization;

namespace HybridLlm.Nebula.Mesh;

/// <summary>Nebula's Prometheus page. All of its metrics are gauges, even those that only grow.</summary>
public sealed class MetricsPage
{
    private readonly Dictionary<string, double> _values;

    private MetricsPage(Dictionary<string, double> values) => _values = values;

    /// <summary>Reads the page's text; lines it does not understand are passed over.</summary>
    public static MetricsPage Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, double> values = [];
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            // "name value" or "name{labels} value"; labels only tell percentiles and build information apart.
            var space = line.LastIndexOf(' ');
            if (
                space > 0
                && double.TryParse(
                    line.AsSpan(space + 1),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                values.TryAdd(line[..space], value);
            }
        }

        return new MetricsPage(values);
    }

    /// <summary>
    /// A metric by nebula's own name, e.g. <c>certificate_ttl_seconds</c>, whatever namespace the node puts before it; null when the page
    /// has none.
    /// </summary>
    public double? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _values.TryGetValue(name, out var exact)
            ? exact
            : _values
                .Where(v => v.Key.EndsWith("_" + name, StringComparison.Ordinal))
                .Select(v => (double?)v.Value)
                .FirstOrDefault();
    }

    /// <summary>The sum of the metrics whose names contain both parts, e.g. <c>udp_</c> and <c>_drops</c>.</summary>
    internal double Sum(string contains, string ends) =>
        _values
            .Where(v =>
                v.Key.Contains(contains, StringComparison.Ordinal) && v.Key.EndsWith(ends, StringComparison.Ordinal)
            )
            .Sum(v => v.Value);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;

namespace HybridLlm.Gateway.Metrics;

/// <summary>
/// Values in buckets, told apart by one label: for who listens to the meter and for the page of metrics. The page's own figures cost a
/// tenth of what an adapter from meter to page does, and there are many an answer.
/// </summary>
internal sealed class Distribution
{
    private readonly Histogram<double> _meter;
    private readonly Histogram _page;
    private readonly string _label;
    private readonly ConcurrentDictionary<string, Histogram.Child> _children = new(StringComparer.Ordinal);

    public Distribution(Meter meter, MetricFactory page, MetricName name, string what, string label, double[] buckets)
    {
        _label = label;
        _meter = meter.CreateHistogram(
            name.Dotted,
            name.Unit,
            what,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets }
        );
        _page = page.CreateHistogram(
            name.OnPage,
            what,
            [MetricName.Underscored(label)],
            new HistogramConfiguration { Buckets = buckets }
        );
    }

    /// <summary>Whether somebody listens to the meter and is to be told each value.</summary>
    public bool IsListenedTo => _meter.Enabled;

    public void Record(double value, string about)
    {
        Tell(value, about);
        Child(about).Observe(value);
    }

    /// <summary>Tells a value to the meter's listeners only.</summary>
    public void Tell(double value, string about) =>
        _meter.Record(value, new KeyValuePair<string, object?>(_label, about));

    /// <summary>Adds values of one bucket to the page.</summary>
    /// <param name="sum">Their sum.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="about">Value of the label.</param>
    public void Add(double sum, long count, string about)
    {
        if (count > 0)
        {
            // Their mean lies in their bucket.
            Child(about).Observe(sum / count, count);
        }
    }

    private Histogram.Child Child(string about) =>
        _children.GetOrAdd(about, static (value, page) => page.WithLabels(value), _page);
}

/// <summary>What a figure is called.</summary>
/// <param name="Dotted">By OpenTelemetry's names.</param>
/// <param name="Unit">UCUM, e.g. <c>s</c>, or <c>USD</c>.</param>
internal readonly record struct MetricName(string Dotted, string Unit)
{
    /// <summary>As OpenTelemetry has it written for Prometheus: with the unit in words at its end.</summary>
    public string OnPage =>
        Underscored(Dotted)
        + Unit switch
        {
            "s" => "_seconds",
            "USD" => "_usd",
            _ => "",
        };

    public static string Underscored(string dotted) => dotted.Replace('.', '_');
}

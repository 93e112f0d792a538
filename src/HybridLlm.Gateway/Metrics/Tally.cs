using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Prometheus;

namespace HybridLlm.Gateway.Metrics;

/// <summary>A number that grows, told apart by up to three labels: for who listens to the meter and for the page of metrics.</summary>
internal sealed class Tally
{
    private readonly Counter<long> _meter;
    private readonly Counter _page;
    private readonly string[] _labels;
    private readonly ConcurrentDictionary<(string, string, string?), Counter.Child> _children = new();

    public Tally(Meter meter, MetricFactory page, MetricName name, string what, string[] labels)
    {
        _labels = labels;
        _meter = meter.CreateCounter<long>(name.Dotted, name.Unit, what);
        _page = page.CreateCounter($"{name.OnPage}_total", what, [.. labels.Select(MetricName.Underscored)]);
    }

    public void Add(long count, string first, string second, string? third = null)
    {
        if (_meter.Enabled)
        {
            TagList tags = new() { { _labels[0], first }, { _labels[1], second } };
            if (third is not null)
            {
                tags.Add(_labels[2], third);
            }

            _meter.Add(count, tags);
        }

        _children
            .GetOrAdd(
                (first, second, third),
                static (key, page) =>
                    key.Item3 is null
                        ? page.WithLabels(key.Item1, key.Item2)
                        : page.WithLabels(key.Item1, key.Item2, key.Item3),
                _page
            )
            .Inc(count);
    }
}

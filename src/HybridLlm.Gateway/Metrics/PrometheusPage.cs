using Microsoft.AspNetCore.Http;
using Prometheus;

namespace HybridLlm.Gateway.Metrics;

/// <summary>The gateway's metrics in Prometheus' text format.</summary>
internal sealed class PrometheusPage : IDisposable
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly IDisposable _adapter;

    public PrometheusPage(GatewayMetrics metrics) =>
        _adapter = MeterAdapter.StartListening(
            new MeterAdapterOptions
            {
                Registry = _registry,
                MetricFactory = Prometheus.Metrics.WithCustomRegistry(_registry),
                // This gateway's only: there may be more than one in a process.
                InstrumentFilterPredicate = i => ReferenceEquals(i.Meter, metrics.Meter),
                ResolveHistogramBuckets = i => Buckets(i.Name),
            }
        );

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await _registry
            .CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted)
            .ConfigureAwait(false);
    }

    public void Dispose() => _adapter.Dispose();

    private static double[] Buckets(string name) =>
        name.EndsWith("per_output_token", StringComparison.Ordinal) ? GatewayMetrics.BetweenTokens
        : name.Contains("cost", StringComparison.Ordinal) ? GatewayMetrics.InUsd
        : GatewayMetrics.InSeconds;
}

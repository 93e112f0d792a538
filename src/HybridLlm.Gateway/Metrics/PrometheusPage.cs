using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Metrics;

/// <summary>The gateway's metrics in Prometheus' text format. This gateway's only: there may be more than one in a process.</summary>
internal static class PrometheusPage
{
    public static async Task WriteAsync(HttpContext context, GatewayMetrics metrics)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await metrics
            .Registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted)
            .ConfigureAwait(false);
    }
}

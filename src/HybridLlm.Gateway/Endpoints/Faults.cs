using System.Net;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>What a client is told of a failure behind the gateway: a server's own words about the request, but no addresses.</summary>
internal static class Faults
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    /// <summary>The refusal; null for an exception that is none of ours.</summary>
    public static GatewayRefusal? Of(Exception exception) =>
        exception switch
        {
            GatewayRefusal refusal => refusal,
            OllamaResponseException response => Of(response),
            OllamaUnreachableException => new GatewayRefusal(
                RefusalKind.Unavailable,
                "No server behind this gateway could be reached. Try again shortly.",
                s_soon,
                cause: exception
            ),
            ContinuityLostException => new GatewayRefusal(
                RefusalKind.Upstream,
                "The server was lost in the middle of the answer, and no other can go on with it. Ask again.",
                s_soon,
                cause: exception
            ),
            OllamaErrorLineException line => new GatewayRefusal(RefusalKind.Upstream, line.Error, cause: exception)
            {
                UpstreamStatus = (int)HttpStatusCode.InternalServerError,
            },
            OllamaException => new GatewayRefusal(
                RefusalKind.Upstream,
                "The server behind this gateway failed before the answer was complete. Ask again.",
                s_soon,
                cause: exception
            ),
            _ => null,
        };

    private static GatewayRefusal Of(OllamaResponseException response) =>
        new(
            response.Status switch
            {
                HttpStatusCode.NotFound => RefusalKind.NotFound,
                HttpStatusCode.ServiceUnavailable => RefusalKind.Unavailable,
                HttpStatusCode.Forbidden => RefusalKind.Forbidden,
                >= HttpStatusCode.InternalServerError => RefusalKind.Upstream,
                _ => RefusalKind.Invalid,
            },
            response.Error is { Length: > 0 } words ? words : $"The server answered {(int)response.Status}.",
            response.RetryAfter ?? (response.Status == HttpStatusCode.ServiceUnavailable ? s_soon : null),
            cause: response
        )
        {
            UpstreamStatus = (int)response.Status,
        };
}

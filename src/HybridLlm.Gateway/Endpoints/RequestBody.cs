using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Reads a request's body, within limits.</summary>
internal static class RequestBody
{
    /// <summary>A name twice in one object would mean one thing to us and another to the next reader.</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <exception cref="GatewayRefusal">It is too large, or no JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        try
        {
            var node = await JsonNode
                .ParseAsync(context.Request.Body, documentOptions: Strict, cancellationToken: context.RequestAborted)
                .ConfigureAwait(false);
            return node as JsonObject ?? throw new GatewayRefusal(RefusalKind.Invalid, "The body is no JSON object.");
        }
        catch (JsonException)
        {
            // The parser's words would quote the body.
            throw new GatewayRefusal(RefusalKind.Invalid, "The body is not valid JSON.");
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? new GatewayRefusal(RefusalKind.TooLarge, $"The body is larger than the {maxBytes} bytes allowed.")
                : new GatewayRefusal(RefusalKind.Invalid, "The body could not be read.")
                {
                    UpstreamStatus = e.StatusCode,
                };
        }
    }
}

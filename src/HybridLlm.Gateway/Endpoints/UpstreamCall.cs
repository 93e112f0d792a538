using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>One question and one reply, which may be asked again elsewhere when a server fails: it changes nothing.</summary>
internal static class UpstreamCall
{
    private const int Tries = 3;
    private const int MaxReplyBytes = 256 << 20;

    /// <exception cref="GatewayRefusal">No server, or it refused.</exception>
    public static async Task<JsonObject> PostAsync(
        HybridGateway gateway,
        string path,
        string model,
        JsonObject body,
        bool atHome,
        CancellationToken cancellationToken
    )
    {
        Wish wish = new() { Model = ModelNames.Full(model), AtHome = atHome };
        var json = GatewayJson.Bytes(body);
        for (var tried = 1; ; tried++)
        {
            RequestHold hold = new(gateway.Clock, gateway.Wake);
            using var stop = await new Route(gateway.Router, wish, hold)
                .OpenAsync(cancellationToken)
                .ConfigureAwait(false);
            try
            {
                return await SendAsync(stop, path, json, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await stop.ExamineAsync(cancellationToken).ConfigureAwait(false);
                if (tried == Tries)
                {
                    throw new GatewayRefusal(
                        RefusalKind.Unavailable,
                        "The servers behind this gateway failed. Try again shortly.",
                        TimeSpan.FromSeconds(5),
                        cause: e
                    );
                }

                wish = wish with { Avoid = [.. wish.Avoid, stop.Name] };
            }
        }
    }

    private static async Task<JsonObject> SendAsync(
        Stop stop,
        string path,
        byte[] json,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(stop.Address, path))
        {
            Content = new ByteArrayContent(json),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await stop.Http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(MaxReplyBytes, cancellationToken).ConfigureAwait(false);
        var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw Refusal(response.StatusCode, reply);
        }

        return JsonNode.Parse(reply) as JsonObject ?? throw new IOException("The reply is no JSON object.");
    }

    private static GatewayRefusal Refusal(HttpStatusCode status, byte[] reply)
    {
        string? words = null;
        try
        {
            words = (JsonNode.Parse(reply) as JsonObject)?["error"]?.ToString();
        }
        catch (JsonException)
        {
            // The status is all there is.
        }

        var kind = status switch
        {
            HttpStatusCode.NotFound => RefusalKind.NotFound,
            >= HttpStatusCode.InternalServerError => RefusalKind.Upstream,
            _ => RefusalKind.Invalid,
        };
        return new GatewayRefusal(kind, words ?? $"The server answered {(int)status}.")
        {
            UpstreamStatus = (int)status,
        };
    }
}

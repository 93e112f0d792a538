using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama;
using HybridLlm.Reaching;
using HybridLlm.Waking;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>
/// Ollama's native API in front of a cluster. Each line of an answer is parsed before it is passed on, so that a crash behind the
/// gateway never looks like a clean end in front of it.
/// </summary>
internal sealed class OllamaEndpoints(HybridCluster cluster)
{
    private const string StreamType = "application/x-ndjson";

    /// <summary>How long a client should wait before it tries a failed wake again, seconds.</summary>
    private const int RetryAfterSeconds = 30;

    private static readonly string s_version = typeof(OllamaEndpoints).Assembly.GetName().Version!.ToString(3);

    public static IResult Version() =>
        Results.Content($$"""{"version":"{{s_version}}-hybridllm"}""", "application/json");

    public IResult Tags()
    {
        JsonObject model = new()
        {
            ["name"] = cluster.Spec.Model.Name,
            ["model"] = cluster.Spec.Model.Name,
            ["details"] = new JsonObject { ["context_length"] = cluster.Spec.Model.ContextTokens },
        };
        return Results.Content(new JsonObject { ["models"] = new JsonArray(model) }.ToJsonString(), "application/json");
    }

    public Task ChatAsync(HttpContext context) => AnswerAsync(context, OllamaApi.Chat);

    public Task GenerateAsync(HttpContext context) => AnswerAsync(context, OllamaApi.Generate);

    public static Task RefuseAsync(HttpContext context) =>
        ErrorAsync(context, StatusCodes.Status403Forbidden, $"{context.Request.Path} is not offered by this gateway.");

    private async Task AnswerAsync(HttpContext context, OllamaApi api)
    {
        var cancellation = context.RequestAborted;
        try
        {
            if (await ReadAsync(context).ConfigureAwait(false) is not { } body)
            {
                await ErrorAsync(context, StatusCodes.Status400BadRequest, "The body is no JSON object.")
                    .ConfigureAwait(false);
                return;
            }

            if (RequestRules.Fault(body, cluster.Spec.Model.Name) is { } fault)
            {
                await ErrorAsync(context, StatusCodes.Status404NotFound, fault).ConfigureAwait(false);
                return;
            }

            RequestRules.Normalise(body);
            using var endpoint = await cluster.AcquireAsync(cancellation).ConfigureAwait(false);
            await RelayAsync(context, api, body, endpoint).ConfigureAwait(false);
        }
        catch (WakeFailedException e)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(null as IFormatProvider);
            await ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The client has left; nobody is there to be told.
        }
    }

    private static async Task RelayAsync(HttpContext context, OllamaApi api, JsonObject body, ModelEndpoint endpoint)
    {
        var streams = body["stream"]?.GetValueKind() != JsonValueKind.False;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, endpoint.Lost);
        using OllamaClient ollama = new(endpoint.Http, endpoint.Address);
        try
        {
            if (streams)
            {
                await StreamAsync(context, ollama.StreamAsync(api, body, either.Token)).ConfigureAwait(false);
            }
            else
            {
                await GatherAsync(context, ollama.StreamAsync(api, body, either.Token)).ConfigureAwait(false);
            }
        }
        catch (OllamaResponseException e)
        {
            await ErrorAsync(context, (int)e.Status, e.Error).ConfigureAwait(false);
        }
        catch (OllamaException e)
        {
            await ErrorAsync(context, StatusCodes.Status502BadGateway, e.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (endpoint.Lost.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await ErrorAsync(
                    context,
                    StatusCodes.Status502BadGateway,
                    $"{endpoint.Node} is gone in the middle of the answer."
                )
                .ConfigureAwait(false);
        }
    }

    private static async Task StreamAsync(HttpContext context, IAsyncEnumerable<OllamaChunk> chunks)
    {
        await foreach (var chunk in chunks.ConfigureAwait(false))
        {
            context.Response.ContentType ??= StreamType;
            var writer = context.Response.BodyWriter;
            writer.Write(chunk.Json.Span);
            writer.Write("\n"u8);
            await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>One answer out of many lines: the last line with all the text in it.</summary>
    private static async Task GatherAsync(HttpContext context, IAsyncEnumerable<OllamaChunk> chunks)
    {
        AnswerGatherer gatherer = new();
        await foreach (var chunk in chunks.ConfigureAwait(false))
        {
            gatherer.Add(chunk);
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(gatherer.ToJson(), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        try
        {
            var node = await JsonNode
                .ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted)
                .ConfigureAwait(false);
            return node as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An error as Ollama says it: a status while that is possible, a last line once an answer has begun.</summary>
    private static async Task ErrorAsync(HttpContext context, int status, string message)
    {
        var error = new JsonObject { ["error"] = message }.ToJsonString();
        if (context.Response.HasStarted)
        {
            await context.Response.WriteAsync(error + "\n", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(error, context.RequestAborted).ConfigureAwait(false);
    }
}

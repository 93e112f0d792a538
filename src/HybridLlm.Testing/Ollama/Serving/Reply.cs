using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Writes answers framed as Go's server frames them: small bodies with their length, large ones and streams in chunks.</summary>
internal static class Reply
{
    private const int LargestWithLength = 2048;

    private static readonly JsonWriterOptions s_relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Task JsonAsync(
        HttpContext context,
        JsonNode body,
        int status = 200,
        string type = "application/json; charset=utf-8"
    ) =>
        Compat(context) is { } compat
            ? SendAsync(context, Line(compat.Whole(body.AsObject())), "application/json", status)
            : SendAsync(context, Bytes(body), type, status);

    public static Task TextAsync(HttpContext context, string text, string contentType, int status = 200) =>
        SendAsync(context, Encoding.UTF8.GetBytes(text), contentType, status);

    public static Task ErrorAsync(HttpContext context, ReplyException error)
    {
        if (Compat(context) is { } compat)
        {
            var answer = compat.Error(error.Status, error.Message);
            return compat.Bound
                ? SendAsync(context, Line(answer), "application/json", error.Status)
                : SendAsync(context, Bytes(answer), "application/json; charset=utf-8", error.Status);
        }

        var body = Bytes(new JsonObject { ["error"] = error.Message });
        return error.Chunked
            ? SendAsync(context, body, "application/json", error.Status, chunked: true)
            : SendAsync(context, body, "application/json; charset=utf-8", error.Status);
    }

    public static Task EmptyAsync(HttpContext context, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>One line of a stream; the first sends the head, too.</summary>
    public static async Task LineAsync(HttpContext context, JsonNode line, CancellationToken cancellationToken)
    {
        BeginStream(context);
        var bytes = Compat(context) is { } compat ? Encoding.UTF8.GetBytes(compat.Events(line.AsObject())) : Line(line);
        await context.Response.Body.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets the head of a stream.</summary>
    public static void BeginStream(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        var compat = Compat(context);
        context.Response.ContentType = compat is null ? "application/x-ndjson" : "text/event-stream";
        if (compat is { NoCache: true })
        {
            context.Response.Headers.CacheControl = "no-cache";
        }
    }

    private static CompatWriter? Compat(HttpContext context) => context.Features.Get<CompatWriter>();

    private static byte[] Line(JsonNode body) => [.. Bytes(body), (byte)'\n'];

    private static async Task SendAsync(
        HttpContext context,
        byte[] body,
        string contentType,
        int status,
        bool chunked = false
    )
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length > LargestWithLength || chunked ? null : body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static byte[] Bytes(JsonNode body)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, s_relaxed))
        {
            body.WriteTo(writer);
        }

        return bytes.ToArray();
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>An AWS call as it came, to be sent on byte for byte, because it is signed.</summary>
/// <param name="Request">The call to the far end.</param>
/// <param name="IsByProcess">Whether a process signed it with its key; nodes come with presigned addresses.</param>
/// <param name="Write">What it changes, e.g. <c>CreateVpc</c> or <c>PUT /bucket/key</c>; null when it only reads.</param>
internal sealed record RelayedCall(HttpRequestMessage Request, bool IsByProcess, string? Write)
{
    private static readonly UriCreationOptions s_asItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public static async Task<RelayedCall> ReadAsync(HttpContext context, Uri far)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        HttpRequestMessage request = new(
            new HttpMethod(context.Request.Method),
            new Uri(far.GetLeftPart(UriPartial.Authority) + target, s_asItIs)
        )
        {
            Content =
                body.Length > 0 || context.Request.ContentLength is not null
                    ? new ByteArrayContent(body.ToArray())
                    : null,
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                name is not ("Expect" or "Transfer-Encoding" or "Connection" or "Content-Length")
                && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable())
            )
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        var isByProcess = context.Request.Headers.ContainsKey("Authorization");
        return new RelayedCall(request, isByProcess, WriteOf(context.Request, target, body.ToArray()));
    }

    public static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection"))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private static string? WriteOf(HttpRequest request, string target, byte[] body)
    {
        if (request.Headers.TryGetValue("X-Amz-Target", out var json))
        {
            return Unless(json.ToString().Split('.')[^1]);
        }

        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) != true)
        {
            return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
                ? null
                : $"{request.Method} {target}";
        }

        using FormReader reader = new(new MemoryStream(body));
        var form = reader.ReadForm();
        return form.TryGetValue("DryRun", out var dry) && dry == "true" ? null : Unless(form["Action"].ToString());
    }

    private static string? Unless(string action) =>
        new[] { "Describe", "Get", "List", "Receive" }.Any(read => action.StartsWith(read, StringComparison.Ordinal))
            ? null
            : action;
}

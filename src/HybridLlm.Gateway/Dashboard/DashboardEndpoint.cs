using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Endpoints;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Tenants;
using HybridLlm.Ollama.Continuity;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Dashboard;

/// <summary>
/// <c>/hybridllm</c>: a page that shows what the gateway does. The page holds no data; what it shows is at <c>/hybridllm/state</c>, for
/// operators only.
/// </summary>
internal sealed class DashboardEndpoint(HybridGateway gateway)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly (string Type, byte[] Bytes)[] s_files =
    [
        ("text/html; charset=utf-8", Resource("dashboard.html")),
        ("text/javascript; charset=utf-8", Resource("dashboard.js")),
        ("text/css; charset=utf-8", Resource("dashboard.css")),
    ];

    public static Task PageAsync(HttpContext context) => FileAsync(context, 0);

    public static Task ScriptAsync(HttpContext context) => FileAsync(context, 1);

    public static Task StyleAsync(HttpContext context) => FileAsync(context, 2);

    public Task StateAsync(HttpContext context, Caller caller)
    {
        caller.CheckOperator();
        context.Response.Headers.CacheControl = "no-store";
        JsonObject state = new()
        {
            ["at"] = gateway.Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
            ["held"] = gateway.Router.Held,
            ["answers_usd_today"] = gateway.Recent.UsdToday,
            ["servers"] = new JsonArray([.. gateway.Router.Home.All.Select(DrainEndpoint.Describe)]),
            ["rented"] = Rented(),
            ["answers"] = new JsonArray([.. gateway.Recent.Last.Select(Describe)]),
        };
        return HybridGateway.ReplyAsync(context, state);
    }

    private JsonObject? Rented()
    {
        if (gateway.Router.Cloud is not { } cloud)
        {
            return null;
        }

        var stage = gateway.Wake?.Stage;
        var midnight = gateway.Clock.GetUtcNow().UtcDateTime.Date;
        return new JsonObject
        {
            ["model"] = cloud.Model,
            ["requests"] = cloud.Granted,
            ["stage"] = stage?.Stage,
            ["message"] = stage?.Message,
            ["eta_seconds"] = stage is null ? null : Math.Ceiling(stage.Eta.TotalSeconds),
            ["spent_usd_today"] = cloud.Cluster.SpentSince(new DateTimeOffset(midnight, TimeSpan.Zero)),
        };
    }

    private static JsonObject Describe(PastAnswer answer) =>
        new()
        {
            ["ended_at"] = answer.EndedAt.ToString("O", CultureInfo.InvariantCulture),
            ["model"] = answer.Model,
            ["caller"] = answer.Caller,
            ["server"] = answer.Server,
            ["seconds"] = Math.Round(answer.Took.TotalSeconds, 3),
            ["prompt_tokens"] = answer.Usage?.PromptTokens,
            ["answer_tokens"] = answer.Usage?.AnswerTokens,
            ["usd"] = answer.Usd,
            ["complete"] = answer.Complete,
            ["exact"] = answer.Exact,
            ["seams"] = new JsonArray([.. answer.Seams.Select(Describe)]),
        };

    private static JsonObject Describe(Migration seam) =>
        new()
        {
            ["from"] = seam.From.ToString(),
            ["to"] = seam.To.ToString(),
            ["after_characters"] = seam.AfterCharacters,
            ["method"] = seam.Method.ToString(),
            ["cause"] = seam.Cause?.GetType().Name ?? "drain",
        };

    private static async Task FileAsync(HttpContext context, int file)
    {
        var (type, bytes) = s_files[file];
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DashboardEndpoint).Assembly.GetManifestResourceStream(name)!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}

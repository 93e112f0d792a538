using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>
/// The least that passes for an Ollama server: each token is the moment it was sent, so that whoever reads it knows how long it was on
/// its way. The prompt says how many tokens there are and how many milliseconds apart.
/// </summary>
internal static class StampServer
{
    public const string Model = "stamps:latest";

    public static void Map(WebApplication app)
    {
        app.MapGet("/api/version", () => Results.Content("""{"version":"0.33.0"}""", "application/json"));
        app.MapGet(
            "/api/tags",
            () => Results.Content($$"""{"models":[{"name":"{{Model}}","digest":"d"}]}""", "application/json")
        );
        app.MapGet(
            "/api/ps",
            () => Results.Content($$"""{"models":[{"name":"{{Model}}","digest":"d"}]}""", "application/json")
        );
        app.MapPost("/api/chat", ChatAsync);
    }

    public static string Question(int tokens, int interval) =>
        $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"{{tokens}} {{interval}}"}]}""";

    private static async Task ChatAsync(HttpContext context)
    {
        using var body = await System.Text.Json.JsonDocument.ParseAsync(context.Request.Body);
        var asked = body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!.Split(' ');
        var (tokens, interval) = (
            int.Parse(asked[0], CultureInfo.InvariantCulture),
            int.Parse(asked[1], CultureInfo.InvariantCulture)
        );
        context.Response.ContentType = "application/x-ndjson";
        for (var i = 0; i < tokens; i++)
        {
            if (interval > 0)
            {
                await Task.Delay(interval, context.RequestAborted);
            }

            await LineAsync(context, Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture), "false");
        }

        await LineAsync(context, "", $"true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":{tokens}");
    }

    private static async Task LineAsync(HttpContext context, string token, string done)
    {
        var line =
            $"{{\"model\":\"{Model}\",\"created_at\":\"2026-01-01T00:00:00.123456Z\",\"message\":{{\"role\":\"assistant\",\"content\":\"{token}\"}},\"logprobs\":[{{\"token\":\"{token}\",\"logprob\":-0.1}}],\"done\":{done}}}\n";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Gateway.Tests.Memory;

/// <summary>A server whose answers have no end and come as fast as they are taken.</summary>
internal sealed class EndlessServer(WebApplication app) : IAsyncDisposable
{
    public const string Model = "endless:latest";

    private static readonly byte[] s_lines = Encoding.UTF8.GetBytes(
        string.Concat(
            Enumerable.Repeat(
                $$$"""{"model":"{{{Model}}}","message":{"role":"assistant","content":" word"},"done":false}""" + "\n",
                100
            )
        )
    );

    private long _written;
    private int _open;

    public Uri Address => new(app.Urls.Single());

    /// <summary>Bytes of all answers.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Answers being given.</summary>
    public int Open => Volatile.Read(ref _open);

    public static async Task<EndlessServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        EndlessServer server = new(app);
        var list = $$$"""{"models":[{"name":"{{{Model}}}","digest":"d"}]}""";
        app.MapGet("/api/version", () => Results.Content("""{"version":"0.33.0"}""", "application/json"));
        app.MapGet("/api/tags", () => Results.Content(list, "application/json"));
        app.MapGet("/api/ps", () => Results.Content(list, "application/json"));
        app.MapPost("/api/chat", server.ChatAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ChatAsync(HttpContext context)
    {
        Interlocked.Increment(ref _open);
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(s_lines, context.RequestAborted);
                Interlocked.Add(ref _written, s_lines.Length);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}

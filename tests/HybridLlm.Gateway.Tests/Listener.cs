using HybridLlm.Testing.Ollama;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Gateway.Tests;

/// <summary>An emulated server at an address of one's choice: one that was there before.</summary>
internal sealed class Listener(WebApplication app, OllamaEmulator server) : IAsyncDisposable
{
    public static async Task<Listener> StartAsync(Uri address, OllamaEmulator server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.AbsoluteUri.TrimEnd('/'));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Listener(app, server);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await app.DisposeAsync();
    }
}

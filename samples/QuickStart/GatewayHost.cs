using HybridLlm.Ollama;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridLlm.QuickStart;

/// <summary>The gateway on a port of its own, and a client that knows nothing but its address.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly OllamaClient _client;

    private GatewayHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        _client = new OllamaClient(Address);
        Chat = new OllamaChatClient(_client, Demo.Model);
    }

    public Uri Address { get; }

    public IChatClient Chat { get; }

    public static async Task<GatewayHost> StartAsync(HybridCluster cluster, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        // An instance that was made elsewhere is not disposed with the container.
        builder.Services.AddSingleton(cluster);
        var app = builder.Build();
        app.MapHybridGateway();
        await app.StartAsync(cancellationToken);
        return new GatewayHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        Chat.Dispose();
        _client.Dispose();
        await _app.DisposeAsync();
    }
}

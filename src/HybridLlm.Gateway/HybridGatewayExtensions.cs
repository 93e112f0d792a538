using HybridLlm;
using HybridLlm.Gateway.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves a hybrid cluster over HTTP.</summary>
public static class HybridGatewayExtensions
{
    /// <summary>
    /// Maps an Ollama-shaped endpoint: <c>/api/chat</c> and <c>/api/generate</c> wake the GPU and are held meanwhile, <c>/api/tags</c>
    /// and <c>/api/version</c> answer without one. Everything that changes models or reaches beyond them is refused. There is no
    /// authentication: bind it to loopback, or put something that has it in front.
    /// </summary>
    /// <param name="endpoints">Where to map; its services hold a <see cref="HybridCluster"/>.</param>
    public static IEndpointConventionBuilder MapHybridGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        OllamaEndpoints gateway = new(endpoints.ServiceProvider.GetRequiredService<HybridCluster>());
        var group = endpoints.MapGroup("");
        group.MapMethods("/", ["GET", "HEAD"], () => "Ollama is running");
        group.MapGet("/api/version", OllamaEndpoints.Version);
        group.MapGet("/api/tags", gateway.Tags);
        group.MapPost("/api/chat", gateway.ChatAsync);
        group.MapPost("/api/generate", gateway.GenerateAsync);
        group.Map("/api/{**rest}", OllamaEndpoints.RefuseAsync);
        return group;
    }
}

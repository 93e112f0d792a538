using HybridLlm;
using HybridLlm.Gateway;
using HybridLlm.Gateway.Dashboard;
using HybridLlm.Gateway.Endpoints;
using HybridLlm.Gateway.Endpoints.Anthropic;
using HybridLlm.Gateway.Endpoints.Ollama;
using HybridLlm.Gateway.Endpoints.OpenAi;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Ollama;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves models over HTTP.</summary>
public static class HybridGatewayExtensions
{
    /// <summary>
    /// Maps the gateway of <c>AddHybridGateway</c>: Ollama's <c>/api/*</c>, OpenAI's <c>/v1/*</c>, Anthropic's <c>/v1/messages</c>, and
    /// <c>/metrics</c>, and a page at <c>/hybridllm</c>. A request for a cluster's model wakes its GPU and is held meanwhile; lists of models answer without one. What
    /// changes models or reaches beyond them is refused. Without API keys only this machine is answered.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <exception cref="InvalidOperationException">The services have neither <c>AddHybridGateway</c> nor a cluster.</exception>
    public static IEndpointConventionBuilder MapHybridGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var gateway = endpoints.ServiceProvider.GetService<HybridGateway>() ?? ForCluster(endpoints.ServiceProvider);
        var group = endpoints.MapGroup("");
        group.MapMethods("/", ["GET", "HEAD"], () => "Ollama is running");
        group.MapGet("/metrics", gateway.Guarded(gateway.MetricsAsync));
        DrainEndpoint drain = new(gateway);
        group.MapGet("/gateway/backends", gateway.Guarded(drain.ListAsync));
        group.MapPost("/gateway/backends/drain", gateway.Guarded(drain.DrainAsync));
        group.MapDelete("/gateway/backends/drain", gateway.Guarded(drain.UndrainAsync));
        DashboardEndpoint dashboard = new(gateway);
        group.MapGet("/hybridllm", DashboardEndpoint.PageAsync);
        group.MapGet("/hybridllm/dashboard.js", DashboardEndpoint.ScriptAsync);
        group.MapGet("/hybridllm/dashboard.css", DashboardEndpoint.StyleAsync);
        group.MapGet("/hybridllm/state", gateway.Guarded(dashboard.StateAsync));
        MapOllama(group, gateway);
        MapVersion1(group, gateway);
        return group;
    }

    /// <summary>A gateway by default options to the cluster in the container, for hosts that have not registered one.</summary>
    private static HybridGateway ForCluster(IServiceProvider services)
    {
        var cluster =
            services.GetService<HybridCluster>()
            ?? throw new InvalidOperationException("Register what is to be served: services.AddHybridGateway().");
        ServiceCollection own = new();
        own.AddSingleton(cluster);
        own.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        own.AddLogging();
        own.AddHybridGateway();
        var provider = own.BuildServiceProvider();
        var gateway = provider.GetRequiredService<HybridGateway>();
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() => _ = gateway.StartAsync(lifetime.ApplicationStopping));
        lifetime.ApplicationStopped.Register(provider.Dispose);
        return gateway;
    }

    private static void MapOllama(RouteGroupBuilder group, HybridGateway gateway)
    {
        ModelEndpoints models = new(gateway);
        EmbeddingEndpoint embeddings = new(gateway);
        group.MapMethods("/api/version", ["GET", "HEAD"], gateway.Guarded(models.VersionAsync));
        group.MapMethods("/api/tags", ["GET", "HEAD"], gateway.Guarded(models.TagsAsync));
        group.MapGet("/api/ps", gateway.Guarded(models.ResidentAsync));
        group.MapPost("/api/show", gateway.Guarded(models.ShowAsync));
        group.MapPost("/api/chat", Answer(gateway, new OllamaProtocol(OllamaApi.Chat)));
        group.MapPost("/api/generate", Answer(gateway, new OllamaProtocol(OllamaApi.Generate)));
        group.MapPost("/api/embed", gateway.Guarded(embeddings.NativeAsync));
        group.MapPost("/api/embeddings", gateway.Guarded(embeddings.NativeAsync));
        group.Map("/api/{**rest}", gateway.Guarded(ModelEndpoints.RefuseAsync));
    }

    private static void MapVersion1(RouteGroupBuilder group, HybridGateway gateway)
    {
        ModelList models = new(gateway);
        EmbeddingEndpoint embeddings = new(gateway);
        group.MapGet("/v1/models", gateway.Guarded(models.AllAsync));
        group.MapGet("/v1/models/{**model}", gateway.Guarded(models.OneAsync));
        group.MapPost("/v1/chat/completions", Answer(gateway, new ChatCompletions(gateway.Clock)));
        group.MapPost("/v1/completions", Answer(gateway, new TextCompletions(gateway.Clock)));
        group.MapPost("/v1/responses", Answer(gateway, new Responses(gateway.Clock)));
        group.MapPost("/v1/embeddings", gateway.Guarded(embeddings.OpenAiAsync));
        group.MapPost("/v1/messages", Answer(gateway, new AnthropicProtocol()));
        group.MapPost("/v1/messages/count_tokens", gateway.Guarded(new TokenCount(gateway).CountAsync));
        group.Map(
            "/v1/{**rest}",
            gateway.Guarded(
                (context, _) =>
                    throw new GatewayRefusal(
                        RefusalKind.NotFound,
                        $"{context.Request.Path} is not offered by this gateway."
                    )
            )
        );
    }

    private static RequestDelegate Answer(HybridGateway gateway, IProtocol protocol) =>
        gateway.Guarded(new AnswerEndpoint(gateway, protocol).HandleAsync);
}

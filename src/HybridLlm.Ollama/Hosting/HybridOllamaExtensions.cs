using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Ollama.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers an Ollama server's clients.</summary>
public static class HybridOllamaExtensions
{
    private const string ClientName = "HybridLlm.Ollama";

    /// <summary>
    /// Adds <see cref="OllamaClient"/>, <see cref="IChatClient"/> and an embedding generator over <see cref="IHttpClientFactory"/>. What is
    /// registered already stays.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options; null for a server on this machine. They are checked when the app starts.</param>
    public static IServiceCollection AddHybridOllama(
        this IServiceCollection services,
        Action<HybridOllamaOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptionsWithValidateOnStart<HybridOllamaOptions, HybridOllamaOptionsValidator>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services
            .AddHttpClient(ClientName)
            .ConfigureHttpClient(http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(Options(provider).ConnectTimeoutSeconds),
                // As in OllamaClient: for the end of a whole answer, never for more of one that was left.
                ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
                MaxResponseDrainSize = 1,
            })
            .AddHttpMessageHandler(provider => new ReadRetryHandler(
                Options(provider),
                provider.GetRequiredService<TimeProvider>()
            ));
        services.TryAddTransient(provider => Client(provider, Options(provider).Address));
        services.TryAddTransient(ChatClient);
        services.TryAddTransient<IEmbeddingGenerator<string, Embedding<float>>>(
            provider => new OllamaEmbeddingGenerator(
                provider.GetRequiredService<OllamaClient>(),
                Options(provider).Model
            )
        );
        return services;
    }

    /// <summary>Adds an <see cref="OllamaHealthCheck"/> of the server and model that <see cref="AddHybridOllama(IServiceCollection, Action{HybridOllamaOptions}?)"/> registered.</summary>
    /// <param name="builder">The app's health checks.</param>
    /// <param name="name">Its name.</param>
    /// <param name="failureStatus">What a server that cannot answer counts as; null for unhealthy.</param>
    /// <param name="tags">Its tags; null for none.</param>
    public static IHealthChecksBuilder AddHybridOllama(
        this IHealthChecksBuilder builder,
        string name = "ollama",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(
            new HealthCheckRegistration(
                name,
                provider => new OllamaHealthCheck(provider.GetRequiredService<OllamaClient>(), Options(provider).Model),
                failureStatus,
                tags
            )
        );
    }

    private static IChatClient ChatClient(IServiceProvider provider)
    {
        var (first, options) = (provider.GetRequiredService<OllamaClient>(), Options(provider));
        if (options.Fallbacks.Count == 0)
        {
            return new OllamaChatClient(first, options.Model);
        }

        OllamaServers servers = new([first, .. options.Fallbacks.Select(f => Client(provider, f))]);
        ContinuityOptions continuity = new() { TimeProvider = provider.GetRequiredService<TimeProvider>() };
        return new OllamaChatClient(new OllamaContinuity(servers, continuity), options.Model);
    }

    private static OllamaClient Client(IServiceProvider provider, Uri address) =>
        new(provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName), address);

    private static HybridOllamaOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<HybridOllamaOptions>>().Value;
}

using HybridLlm.Ollama;
using HybridLlm.Ollama.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
                ResponseDrainTimeout = TimeSpan.Zero,
            })
            .AddHttpMessageHandler(provider => new ReadRetryHandler(
                Options(provider),
                provider.GetRequiredService<TimeProvider>()
            ));
        services.TryAddTransient(provider => new OllamaClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName),
            Options(provider).Address
        ));
        services.TryAddTransient<IChatClient>(provider => new OllamaChatClient(
            provider.GetRequiredService<OllamaClient>(),
            Options(provider).Model
        ));
        services.TryAddTransient<IEmbeddingGenerator<string, Embedding<float>>>(
            provider => new OllamaEmbeddingGenerator(
                provider.GetRequiredService<OllamaClient>(),
                Options(provider).Model
            )
        );
        return services;
    }

    private static HybridOllamaOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<HybridOllamaOptions>>().Value;
}

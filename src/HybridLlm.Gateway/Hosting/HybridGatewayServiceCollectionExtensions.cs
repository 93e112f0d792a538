using HybridLlm;
using HybridLlm.Gateway.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a gateway.</summary>
public static class HybridGatewayServiceCollectionExtensions
{
    /// <summary>
    /// Registers what <c>MapHybridGateway</c> maps: a gateway to the Ollama servers of its options and, where there is a
    /// <see cref="HybridCluster"/> in the container, to the node it rents when it is asked. Options are read from the section <c>Gateway</c>
    /// and checked at the start, all faults at once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes options; null leaves them as configured.</param>
    public static IServiceCollection AddHybridGateway(
        this IServiceCollection services,
        Action<HybridGatewayOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services
            .AddOptions<HybridGatewayOptions>()
            .Configure<IServiceProvider>(
                (options, provider) => provider.GetService<IConfiguration>()?.GetSection("Gateway").Bind(options)
            )
            .ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<HybridGatewayOptions>, HybridGatewayOptionsValidator>()
        );
        services.AddHttpForwarder();
        services.TryAddSingleton(provider =>
            Create(provider, provider.GetRequiredService<IOptions<HybridGatewayOptions>>().Value)
        );
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, HybridGateway>(p => p.GetRequiredService<HybridGateway>())
        );
        return services;
    }

    private static HybridGateway Create(IServiceProvider provider, HybridGatewayOptions options) =>
        new(
            options,
            provider.GetService<HybridCluster>(),
            provider.GetRequiredService<IHttpForwarder>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("HybridLlm.Gateway")
        );
}

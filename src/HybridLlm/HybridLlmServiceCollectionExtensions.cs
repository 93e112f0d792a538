using HybridLlm;
using HybridLlm.Specs;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a hybrid cluster.</summary>
public static class HybridLlmServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="HybridCluster"/> and, unless there is one already, its <see cref="IChatClient"/>. A
    /// <see cref="TimeProvider"/> and an <see cref="ILoggerFactory"/> in the container are used. Nothing is made or rented by this.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Name of the cluster.</param>
    /// <param name="configure">Says what is wanted.</param>
    /// <exception cref="HybridClusterFaultsException">Something is wrong with it; every fault is named.</exception>
    public static IServiceCollection AddHybridLlm(
        this IServiceCollection services,
        string name,
        Action<HybridClusterBuilder> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        HybridClusterBuilder check = new(name);
        configure(check);
        HybridClusterFaultsException.ThrowIfAny(check.Check());

        services.TryAddSingleton(provider =>
        {
            HybridClusterBuilder builder = new(name);
            if (provider.GetService<TimeProvider>() is { } clock)
            {
                builder.UseClock(clock);
            }

            if (provider.GetService<ILoggerFactory>() is { } loggers)
            {
                builder.UseLoggers(loggers);
            }

            configure(builder);
            return builder.Build();
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<HybridCluster>().ChatClient);
        return services;
    }
}

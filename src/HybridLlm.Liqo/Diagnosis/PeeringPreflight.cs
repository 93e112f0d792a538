using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>
/// Looks at two clusters before they are peered and says everything that stands in the way at once, rather than the first thing at each
/// attempt. Reads only.
/// </summary>
public sealed class PeeringPreflight
{
    private readonly ClusterConnection _consumer;
    private readonly ClusterConnection _provider;

    /// <summary>Keeps the connections; asks nothing yet.</summary>
    /// <param name="consumer">The way to the cluster that will use the other's resources.</param>
    /// <param name="provider">The way to the cluster that lends them; a peering user sees less, which the report says.</param>
    public PeeringPreflight(ClusterConnection consumer, ClusterConnection provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _consumer = consumer;
        _provider = provider;
    }

    /// <summary>Looks, and reports. A cluster that does not answer is a finding.</summary>
    /// <param name="spec">What is to be looked at.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    public async Task<PreflightReport> CheckAsync(PreflightSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The preflight spec", spec.Faults());
        ClusterSurveyor home = new(_consumer, ClusterSide.Consumer, spec.ConsumerNamespace);
        ClusterSurveyor away = new(_provider, ClusterSide.Provider, spec.ProviderNamespace);
        var looked = await Task.WhenAll(home.LookAsync(cancellationToken), away.LookAsync(cancellationToken))
            .ConfigureAwait(false);
        var (consumer, provider) = (looked[0], looked[1]);
        if (consumer.Silence is null && provider.Id is not null)
        {
            consumer = await home.LookForAsync(consumer, provider.Id, cancellationToken).ConfigureAwait(false);
        }

        if (provider.Silence is null && consumer.Id is not null)
        {
            provider = await away.LookForAsync(provider, consumer.Id, cancellationToken).ConfigureAwait(false);
        }

        return PreflightJudge.Judge(spec, consumer, provider);
    }
}

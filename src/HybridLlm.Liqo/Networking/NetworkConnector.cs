using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Networking;

/// <summary>
/// Liqo's own network between two clusters, apart from a peering: WireGuard between a gateway on each, with ranges that collide called by
/// others. A peering with <see cref="NetworkFabric.Liqo"/> makes it by itself.
/// </summary>
public sealed class NetworkConnector
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly PairReader _reader;
    private readonly string _providerId;
    private readonly ILogger<NetworkConnector> _logger;

    /// <summary>Keeps the clusters; asks them nothing yet.</summary>
    /// <param name="consumer">One cluster.</param>
    /// <param name="provider">The other.</param>
    public NetworkConnector(LiqoCluster consumer, LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _providerId = provider.Id;
        _reader = new PairReader(consumer, provider, provider.Id);
        _logger = consumer.Logger<NetworkConnector>();
    }

    /// <summary>Connects the two and waits until both ends say that the tunnel carries packets.</summary>
    /// <param name="spec">The tunnel wanted.</param>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    public LiqoOperation Connect(GatewaySpec spec, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The gateway spec", spec.Faults());
        var limit = patience ?? s_patience;
        return Operation(
            "the network with",
            f =>
                [
                    NetworkObjects.Ranges(f, ClusterSide.Consumer),
                    NetworkObjects.Ranges(f, ClusterSide.Provider),
                    NetworkObjects.ServerTemplate(f, spec.Server),
                ],
            f => [.. TenancyPlanner.Steps(limit, f), .. NetworkPlanner.Connect(spec, limit, f)]
        );
    }

    /// <summary>Takes the gateways away and waits until they are gone; the ranges stay named.</summary>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Disconnect(TimeSpan? patience = null) =>
        TakeDown("the end of the tunnel with", patience, isReset: false);

    /// <summary>Takes everything of the network away: gateways, keys and the names of the ranges.</summary>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Reset(TimeSpan? patience = null) =>
        TakeDown("the end of the network with", patience, isReset: true);

    /// <summary>How the network is. Reads only.</summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">A cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<NetworkStatus> ReadAsync(CancellationToken cancellationToken = default) =>
        NetworkStatus.Of(
            await _reader.ReadAsync(_ => [], NetworkObjects.TenancyTargets, cancellationToken).ConfigureAwait(false)
        );

    private LiqoOperation TakeDown(string name, TimeSpan? patience, bool isReset) =>
        Operation(name, _ => [], f => [.. NetworkPlanner.Disconnect(patience ?? s_patience, f, isReset)]);

    private LiqoOperation Operation(
        string name,
        Func<PairFacts, IEnumerable<Target>> first,
        Func<PairFacts, IReadOnlyList<PlannedStep>> plan
    ) => _reader.Operation($"{name} '{_providerId}'", _logger, first, NetworkObjects.TenancyTargets, plan);
}

using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Observing;

/// <summary>
/// Looks at what a cluster has on AWS, whoever made it, and ends nodes nobody knows. Run the collection at the start of a controller and every
/// two minutes: it is what ends a node whose own dead-man's switch cannot.
/// </summary>
public sealed class ClusterObserver
{
    private readonly AwsClients _clients;
    private readonly ResourceOwner _owner;
    private readonly ClusterInstances _instances;
    private readonly ILogger<ClusterObserver> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="owner">Whose cluster.</param>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    public ClusterObserver(AwsClients clients, ResourceOwner owner, string region)
    {
        _instances = new ClusterInstances(clients, owner, region);
        _clients = clients;
        _owner = owner;
        _logger = clients.Logger<ClusterObserver>();
    }

    /// <summary>Reads what is there. Writes nothing.</summary>
    /// <param name="network">The network wanted; null leaves the network out.</param>
    /// <param name="lighthouse">The lighthouse wanted; null leaves it out.</param>
    /// <param name="bucket">The bucket wanted; null leaves it out.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">A spec cannot be, or contradicts what exists.</exception>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<ObservedCluster> ObserveAsync(
        NetworkSpec? network = null,
        LighthouseSpec? lighthouse = null,
        BucketSpec? bucket = null,
        CancellationToken cancellationToken = default
    ) =>
        new()
        {
            ReadAt = _clients.Time.GetUtcNow(),
            Instances = await _instances.ListAsync(cancellationToken).ConfigureAwait(false),
            Network = network is null
                ? null
                : await new NetworkProvisioner(_clients).PlanAsync(network, cancellationToken).ConfigureAwait(false),
            Lighthouse = lighthouse is null
                ? null
                : await new LighthouseProvisioner(_clients)
                    .PlanAsync(lighthouse, cancellationToken)
                    .ConfigureAwait(false),
            Bucket = bucket is null
                ? null
                : await new BucketProvisioner(_clients).PlanAsync(bucket, cancellationToken).ConfigureAwait(false),
        };

    /// <summary>Ends every node that <see cref="DriftPlanner.Garbage"/> names.</summary>
    /// <param name="known">Nodes the journal knows; with an empty list every node two minutes old is ended.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>The instances ended.</returns>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<IReadOnlyList<InstanceStatus>> CollectGarbageAsync(
        IReadOnlyList<KnownNode> known,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(known);
        var instances = await _instances.ListAsync(cancellationToken).ConfigureAwait(false);
        var garbage = DriftPlanner.Garbage(known, instances, _clients.Time.GetUtcNow());
        if (garbage.Count > 0)
        {
            await _instances
                .TerminateAsync([.. garbage.Select(g => g.InstanceId)], cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (var ended in garbage)
        {
            Log.GarbageEnded(_logger, ended.InstanceId, _owner.Cluster, ended.IntentId ?? "none");
        }

        return garbage;
    }
}

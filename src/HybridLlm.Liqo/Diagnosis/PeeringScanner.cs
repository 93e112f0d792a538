using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>Looks at a consumer's peerings from its own side, whether or not their providers are alive. Reads only.</summary>
public sealed class PeeringScanner
{
    private readonly LiqoCluster _consumer;
    private readonly WorldReader _reader;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="consumer">The cluster that uses others' resources.</param>
    public PeeringScanner(LiqoCluster consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
        _reader = new WorldReader(new ClusterPorts(consumer.Port, provider: null));
    }

    /// <summary>How far a peering is.</summary>
    /// <param name="providerId">Id of the provider.</param>
    /// <param name="sliceName">Name of the slice and the node; null takes the provider's id.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">The consumer refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The consumer does not answer.</exception>
    public async Task<PeeringStatus> ReadAsync(
        string providerId,
        string? sliceName = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(providerId);
        PeeringObjects objects = new(providerId);
        var world = await _reader
            .ReadAsync(
                World.Empty,
                [objects.Slices, objects.Nodes, objects.Identities, objects.Peers],
                cancellationToken
            )
            .ConfigureAwait(false);
        var name = sliceName ?? providerId;
        if (NodeOfSlice.NeedsVirtualNode(world, name))
        {
            world = await _reader.ReadAsync(world, [objects.VirtualNodes], cancellationToken).ConfigureAwait(false);
        }

        return PeeringStatus.Of(world, providerId, sliceName);
    }

    /// <summary>
    /// Everything the consumer holds of any peering, by provider; empty when it holds nothing. What a cut-off removal or a
    /// vanished provider left behind is among it.
    /// </summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">The consumer refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The consumer does not answer.</exception>
    public Task<IReadOnlyList<PeeringTrace>> ScanAsync(CancellationToken cancellationToken = default) =>
        ScanAsync(_reader, providerId: null, cancellationToken);

    /// <summary>The same of one peering, or of all when the id is null.</summary>
    internal static async Task<IReadOnlyList<PeeringTrace>> ScanAsync(
        WorldReader reader,
        string? providerId,
        CancellationToken cancellationToken
    )
    {
        PeeringObjects objects = new(providerId);
        var world = await reader.ReadAsync(World.Empty, objects.All, cancellationToken).ConfigureAwait(false);
        var held =
            from target in objects.All
            let kind = target.Selection.Kind
            where kind != Kinds.SigningRequest
            from found in world.All(ClusterSide.Consumer, kind)
            let provider = ProviderOf(kind, found)
            where provider is not null
            group HeldObject.Of(kind, found) by provider;
        return
        [
            .. held.OrderBy(h => h.Key, StringComparer.Ordinal)
                .Select(h => PeeringTrace.Of(h.Key, Peer(world, h.Key), [.. h])),
        ];
    }

    private static string? ProviderOf(ResourceKind kind, ClusterObject found) =>
        kind == Kinds.ForeignCluster ? found.Name : found.Label(LiqoNames.RemoteClusterId);

    private static ForeignCluster? Peer(World world, string providerId) =>
        world.Find(ClusterSide.Consumer, Kinds.ForeignCluster, null, providerId);
}

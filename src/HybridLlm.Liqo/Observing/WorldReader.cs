using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Observing;

/// <summary>Looks at targets once.</summary>
internal sealed class WorldReader(ClusterPorts ports)
{
    /// <summary>Adds what the targets are now to <paramref name="world"/>, asking for all at once.</summary>
    public async Task<World> ReadAsync(World world, IEnumerable<Target> targets, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(
                targets.Select(async t => (t, List: await ListAsync(t, cancellationToken).ConfigureAwait(false)))
            )
            .ConfigureAwait(false);
        return read.Aggregate(world, (w, r) => w.WithListing(r.t, r.List));
    }

    /// <summary>The objects of a target; none where an optional one is not to be seen.</summary>
    public async Task<ObjectList> ListAsync(Target target, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(ports[target.Cluster], target.Selection, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesCallException refusal)
            when (target.IsOptional && refusal.Kind is KubernetesErrorKind.Forbidden or KubernetesErrorKind.ApiMissing)
        {
            return ObjectList.Nothing;
        }
    }

    /// <summary>
    /// A user who may not list may still be allowed to get: Liqo's peering users cannot list namespaces.
    /// </summary>
    private static async Task<ObjectList> FindAsync(
        KubernetesPort port,
        Selection selection,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await port.ListAsync(selection, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind == KubernetesErrorKind.Forbidden && selection.Name is not null)
        {
            var found = await port.GetAsync(selection.Kind, selection.Namespace, selection.Name, cancellationToken)
                .ConfigureAwait(false);
            return found is null
                ? ObjectList.Nothing
                : new ObjectList([found], found.Metadata.ResourceVersion ?? ObjectList.Nothing.ResourceVersion);
        }
    }
}

using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Finds who owns what under a cluster's name, for clusters whose state is lost.</summary>
public sealed class ClusterOwners
{
    private readonly AwsClients _clients;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public ClusterOwners(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
    }

    /// <summary>The owners of EC2 resources that carry a cluster's name, by owner id. Reads only.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="regions">Regions to look into.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<IReadOnlyList<FoundOwner>> FindAsync(
        string cluster,
        IReadOnlyList<string> regions,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        ArgumentNullException.ThrowIfNull(regions);
        var found = await Task.WhenAll(regions.Select(r => FindAsync(cluster, r, cancellationToken)))
            .ConfigureAwait(false);
        return
        [
            .. found
                .SelectMany(f => f)
                .GroupBy(f => f.OwnerId)
                .OrderBy(g => g.Key)
                .Select(g => new FoundOwner
                {
                    OwnerId = g.Key,
                    Regions = [.. g.Select(f => f.Region).Distinct().Order(StringComparer.Ordinal)],
                    ResourceIds = [.. g.Select(f => f.Id).Order(StringComparer.Ordinal)],
                }),
        ];
    }

    private async Task<IEnumerable<(Guid OwnerId, string Region, string Id)>> FindAsync(
        string cluster,
        string region,
        CancellationToken cancellationToken
    )
    {
        var tags = await new TagPort(_clients, region)
            .ListAsync([ResourceTags.Cluster, ResourceTags.OwnerId], ["*"], resourceType: null, cancellationToken)
            .ConfigureAwait(false);
        return from resource in tags.GroupBy(t => t.ResourceId)
            where resource.Any(t => t.Key == ResourceTags.Cluster && t.Value == cluster)
            from tag in resource
            where tag.Key == ResourceTags.OwnerId && Guid.TryParse(tag.Value, out _)
            select (Guid.Parse(tag.Value), region, resource.Key);
    }
}

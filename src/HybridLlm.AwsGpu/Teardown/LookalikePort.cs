using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Finds EC2 resources that carry the cluster's name but not the owner's id.</summary>
internal sealed class LookalikePort(AwsClients clients, ResourceOwner owner, string region)
{
    public async Task<IReadOnlyList<ForeignResource>> ListAsync(CancellationToken cancellationToken)
    {
        var tags = await new TagPort(clients, region)
            .ListAsync(
                [ResourceTags.Name, ResourceTags.Cluster, ResourceTags.OwnerId],
                [owner.NameOf("*"), owner.Cluster, owner.OwnerId.ToString()],
                resourceType: null,
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. tags.GroupBy(t => t.ResourceId)
                .Select(t => Judge(t.Key, t.ToDictionary(x => x.Key, x => x.Value)))
                .OfType<ForeignResource>(),
        ];
    }

    private ForeignResource? Judge(string id, Dictionary<string, string> tags) =>
        tags.GetValueOrDefault(ResourceTags.OwnerId) == owner.OwnerId.ToString() ? null
        : tags.GetValueOrDefault(ResourceTags.Cluster) == owner.Cluster
            ? new ForeignResource(id, region, $"has the cluster tag {owner.Cluster} and another owner id")
        : tags.TryGetValue(ResourceTags.Name, out var name)
        && name.StartsWith(owner.NameOf(""), StringComparison.Ordinal)
            ? new ForeignResource(id, region, $"is named {name} and has no owner id")
        : null;
}

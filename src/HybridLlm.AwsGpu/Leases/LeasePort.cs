using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Leases;

/// <summary>The one EC2 call a lease needs.</summary>
internal sealed class LeasePort(AwsClients clients, string region)
{
    /// <summary>Writes the lease; a node launched seconds ago may not be visible to CreateTags yet.</summary>
    public Task WriteAsync(string instanceId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        CreateTagsRequest request = new()
        {
            Resources = [instanceId],
            Tags = [new Tag(ResourceTags.LeaseUntil, ResourceTags.Format(until))],
        };
        return clients.Caller.SettlingAsync(clients.Ec2(region).CreateTagsAsync, request, cancellationToken);
    }
}

using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>Tags across every kind of EC2 resource in one region.</summary>
internal sealed class TagPort(AwsClients clients, string region)
{
    /// <summary>Tags whose key and value are each among those given; values may hold <c>*</c>.</summary>
    public Task<List<TagDescription>> ListAsync(
        string[] keys,
        string[] values,
        string? resourceType,
        CancellationToken cancellationToken
    )
    {
        List<Filter> filters = [Ec2Tags.Filter("key", keys), Ec2Tags.Filter("value", values)];
        if (resourceType is not null)
        {
            filters.Add(Ec2Tags.Filter("resource-type", resourceType));
        }

        return clients.Caller.ListAsync(
            next => new DescribeTagsRequest { Filters = filters, NextToken = next },
            clients.Ec2(region).DescribeTagsAsync,
            page => (page.Tags?.AsEnumerable(), page.NextToken),
            cancellationToken
        );
    }
}

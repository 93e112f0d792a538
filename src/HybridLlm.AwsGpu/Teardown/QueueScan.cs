using Amazon.SQS.Model;
using HybridLlm.AwsGpu.Permissions;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Finds the cluster's queue of interruption events in one region, by its name and its tags.</summary>
internal sealed class QueueScan(AwsClients clients, ResourceOwner owner, string region)
{
    private const int MaxPage = 1000;

    /// <summary>The queue, if it is there; one that is named alike and not tagged as ours; the region, if its queues may not be listed.</summary>
    public async Task<(
        IReadOnlyList<OwnedResource> Owned,
        IReadOnlyList<ForeignResource> Foreign,
        UnreadRegion? Unread
    )> ListAsync(CancellationToken cancellationToken)
    {
        List<OwnedResource> owned = [];
        List<ForeignResource> foreign = [];
        try
        {
            foreach (var url in await UrlsAsync(cancellationToken).ConfigureAwait(false))
            {
                var name = url.Split('/')[^1];
                if (await TagsAsync(url, cancellationToken).ConfigureAwait(false) is not { } tags)
                {
                    continue;
                }

                if (owner.Owns(tags))
                {
                    owned.Add(Queue(name));
                }
                else
                {
                    foreign.Add(new ForeignResource(name, region, "is named like the cluster's queue"));
                }
            }
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.Permission)
        {
            return ([], [], new UnreadRegion(region, refusal.Code));
        }

        return (owned, foreign, null);
    }

    private Task<List<string>> UrlsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new ListQueuesRequest
            {
                QueueNamePrefix = Prerequisites.QueueName(owner),
                MaxResults = MaxPage,
                NextToken = next,
            },
            clients.Sqs(region).ListQueuesAsync,
            page => (page.QueueUrls?.AsEnumerable(), page.NextToken),
            cancellationToken
        );

    /// <summary>Null when the queue is gone: SQS lists a deleted one for up to a minute.</summary>
    private async Task<Dictionary<string, string>?> TagsAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await clients
                .Caller.RepeatableAsync(
                    clients.Sqs(region).ListQueueTagsAsync,
                    new ListQueueTagsRequest { QueueUrl = url },
                    cancellationToken
                )
                .ConfigureAwait(false);
            return answer.Tags ?? [];
        }
        catch (AwsCallException gone) when (gone.Kind == AwsErrorKind.NotFound)
        {
            return null;
        }
    }

    private OwnedResource Queue(string name) =>
        new()
        {
            Kind = OwnedResourceKind.Queue,
            Id = name,
            Region = region,
            Component = ResourceComponents.Interruptions,
            UsdPerMonth = 0,
        };
}

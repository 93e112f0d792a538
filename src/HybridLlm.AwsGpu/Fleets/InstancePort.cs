using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>EC2's answers about instances, in our records.</summary>
internal sealed class InstancePort(AwsClients clients, string region)
{
    private AmazonEC2Client Ec2 => clients.Ec2(region);

    /// <summary>The owner's instances, ended ones that EC2 still lists included.</summary>
    public Task<List<InstanceStatus>> ListAsync(ResourceOwner owner, CancellationToken cancellationToken) =>
        ListAsync(Ec2Tags.OwnedBy(owner), ToStatus, cancellationToken);

    /// <summary>The instances that answer an intent, ended ones included.</summary>
    public Task<List<InstanceStatus>> ListAsync(
        ResourceOwner owner,
        string intentId,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            Ec2Tags.OwnedBy(owner, Ec2Tags.Filter($"tag:{ResourceTags.Intent}", intentId)),
            ToStatus,
            cancellationToken
        );

    /// <summary>Those of the ids that EC2 shows now, whoever owns them; no error for the others.</summary>
    public Task<List<OwnedInstance>> FindAsync(
        ResourceOwner owner,
        IReadOnlyList<string> instanceIds,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            [Ec2Tags.Filter("instance-id", [.. instanceIds])],
            i => new OwnedInstance(ToStatus(i), owner.Owns(Ec2Tags.FromSdk(i.Tags))),
            cancellationToken
        );

    /// <summary>The owner's instances launched with an idempotency token, ended ones included.</summary>
    public Task<List<InstanceStatus>> FindAsync(
        ResourceOwner owner,
        string clientToken,
        CancellationToken cancellationToken
    ) => ListAsync(Ec2Tags.OwnedBy(owner, Ec2Tags.Filter("client-token", clientToken)), ToStatus, cancellationToken);

    /// <summary>Those of the running instances that fail EC2's status checks, with when they began to.</summary>
    public Task<List<ImpairedInstance>> ListImpairedAsync(
        IReadOnlyList<string> instanceIds,
        CancellationToken cancellationToken
    ) =>
        clients.Caller.ListAsync(
            next => new DescribeInstanceStatusRequest
            {
                Filters = [Ec2Tags.Filter("instance-state-name", "running")],
                InstanceIds = [.. instanceIds],
                NextToken = next,
            },
            Ec2.DescribeInstanceStatusAsync,
            page => (page.InstanceStatuses?.SelectMany(Impaired), page.NextToken),
            cancellationToken
        );

    public Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) =>
        clients.Caller.RepeatableAsync(
            Ec2.TerminateInstancesAsync,
            new TerminateInstancesRequest { InstanceIds = [.. instanceIds] },
            cancellationToken
        );

    private Task<List<T>> ListAsync<T>(
        List<Filter> filters,
        Func<Instance, T> read,
        CancellationToken cancellationToken
    ) =>
        clients.Caller.ListAsync(
            next => new DescribeInstancesRequest { Filters = filters, NextToken = next },
            Ec2.DescribeInstancesAsync,
            page => (page.Reservations?.SelectMany(r => r.Instances ?? []).Select(read), page.NextToken),
            cancellationToken
        );

    /// <summary>EC2's two checks fail apart: the system's is AWS's affair, the instance's that of what runs on it.</summary>
    private static IEnumerable<ImpairedInstance> Impaired(Amazon.EC2.Model.InstanceStatus status)
    {
        var failed = new[] { status.SystemStatus, status.Status }
            .Where(s => s?.Status == SummaryStatus.Impaired)
            .ToList();
        var since = failed.SelectMany(s => s.Details ?? []).Select(d => d.ImpairedSince).Min();
        return since is { } at
            ? [new ImpairedInstance(status.InstanceId, new DateTimeOffset(at.ToUniversalTime()))]
            : [];
    }

    private static InstanceStatus ToStatus(Instance instance)
    {
        var tags = Ec2Tags.FromSdk(instance.Tags);
        return new InstanceStatus
        {
            InstanceId = instance.InstanceId,
            InstanceType = instance.InstanceType.Value,
            ImageId = instance.ImageId,
            Component = tags.GetValueOrDefault(ResourceTags.Component, ""),
            Phase = ToPhase(instance.State.Name),
            StateReason = string.IsNullOrEmpty(instance.StateReason?.Code) ? null : instance.StateReason.Code,
            ZoneName = instance.Placement?.AvailabilityZone ?? "",
            SubnetId = NullIfEmpty(instance.SubnetId),
            PrivateIp = NullIfEmpty(instance.PrivateIpAddress),
            PublicIp = NullIfEmpty(instance.PublicIpAddress),
            Ipv6 = NullIfEmpty(
                instance.Ipv6Address
                    ?? (instance.NetworkInterfaces ?? [])
                        .SelectMany(i => i.Ipv6Addresses ?? [])
                        .Select(a => a.Ipv6Address)
                        .FirstOrDefault()
            ),
            Market =
                instance.InstanceLifecycle == InstanceLifecycleType.Spot
                    ? InstanceMarket.Spot
                    : InstanceMarket.OnDemand,
            ClientToken = NullIfEmpty(instance.ClientToken),
            MetadataNeedsToken = instance.MetadataOptions?.HttpTokens != HttpTokensState.Optional,
            MetadataHopLimit = instance.MetadataOptions?.HttpPutResponseHopLimit,
            LaunchedAt = new DateTimeOffset((instance.LaunchTime ?? default).ToUniversalTime()),
            IntentId = tags.GetValueOrDefault(ResourceTags.Intent),
            LeaseUntil = ResourceTags.Parse(tags.GetValueOrDefault(ResourceTags.LeaseUntil)),
            ExpiresAt = ResourceTags.Parse(tags.GetValueOrDefault(ResourceTags.Expires)),
        };
    }

    private static InstancePhase ToPhase(InstanceStateName state) =>
        state == InstanceStateName.Pending ? InstancePhase.Pending
        : state == InstanceStateName.Running ? InstancePhase.Running
        : state == InstanceStateName.Stopping ? InstancePhase.Stopping
        : state == InstanceStateName.Stopped ? InstancePhase.Stopped
        : state == InstanceStateName.ShuttingDown ? InstancePhase.ShuttingDown
        : InstancePhase.Terminated;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <param name="InstanceId">EC2's id.</param>
/// <param name="Since">When its checks began to fail.</param>
internal sealed record ImpairedInstance(string InstanceId, DateTimeOffset Since);

/// <param name="Status">The instance.</param>
/// <param name="IsOurs">Whether it carries both of the owner's tags.</param>
internal sealed record OwnedInstance(InstanceStatus Status, bool IsOurs);

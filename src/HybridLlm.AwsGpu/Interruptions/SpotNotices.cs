using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>
/// Asks EC2 which of a cluster's spot instances it is about to take. The status of a spot request says so without any part on the
/// node; see "Spot Instance request status" in the EC2 user guide. Ask every five seconds, as AWS advises for notices.
/// </summary>
public sealed class SpotNotices
{
    private readonly AwsClients _clients;
    private readonly ResourceOwner _owner;
    private readonly string _region;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="owner">Whose instances.</param>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    public SpotNotices(AwsClients clients, ResourceOwner owner, string region)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _clients = clients;
        _owner = owner;
        _region = region;
    }

    /// <summary>Every notice that stands now, for instances that have not ended.</summary>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="AwsCallException">AWS refuses the read or does not answer.</exception>
    public async Task<IReadOnlyList<SpotNotice>> ReadAsync(CancellationToken cancellationToken = default) =>
        await _clients
            .Caller.ListAsync(
                next => new DescribeSpotInstanceRequestsRequest
                {
                    Filters = Ec2Tags.OwnedBy(
                        _owner,
                        Ec2Tags.Filter("status-code", "marked-for-termination", "marked-for-stop")
                    ),
                    NextToken = next,
                },
                _clients.Ec2(_region).DescribeSpotInstanceRequestsAsync,
                page => (page.SpotInstanceRequests?.Select(Notice), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);

    private static SpotNotice Notice(SpotInstanceRequest request) =>
        new(
            request.InstanceId,
            request.Status.Code,
            request.Status.UpdateTime is { } at ? new DateTimeOffset(at.ToUniversalTime()) : null
        );
}

using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.SQS.Model;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Deletes single resources. Every deletion may be repeated; that something is gone already is success.</summary>
internal sealed class DeletePort(AwsClients clients)
{
    /// <summary>Deletes a resource.</summary>
    /// <returns>Null when it is gone or going; AWS's error code when it cannot go now.</returns>
    public async Task<string?> DeleteAsync(OwnedResource resource, CancellationToken cancellationToken)
    {
        try
        {
            return await DeletionOf(resource, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return null;
        }
        catch (AwsCallException refusal)
        {
            // Whatever stands in the way of one resource must not keep the others, which may cost more.
            return refusal.Code;
        }
    }

    private Task<string?> DeletionOf(OwnedResource resource, CancellationToken cancellationToken)
    {
        var ec2 = clients.Ec2(resource.Region);
        var id = resource.Id;
        return resource.Kind switch
        {
            OwnedResourceKind.Fleet => DeleteFleetAsync(ec2, id, cancellationToken),
            OwnedResourceKind.Instance => CallAsync(
                ec2.TerminateInstancesAsync,
                new TerminateInstancesRequest { InstanceIds = [id] },
                cancellationToken
            ),
            OwnedResourceKind.SpotRequest => CallAsync(
                ec2.CancelSpotInstanceRequestsAsync,
                new CancelSpotInstanceRequestsRequest { SpotInstanceRequestIds = [id] },
                cancellationToken
            ),
            OwnedResourceKind.Address => ReleaseAddressAsync(ec2, id, cancellationToken),
            OwnedResourceKind.Volume => CallAsync(
                ec2.DeleteVolumeAsync,
                new DeleteVolumeRequest { VolumeId = id },
                cancellationToken
            ),
            OwnedResourceKind.Snapshot => CallAsync(
                ec2.DeleteSnapshotAsync,
                new DeleteSnapshotRequest { SnapshotId = id },
                cancellationToken
            ),
            OwnedResourceKind.VpcEndpoint => DeleteEndpointAsync(ec2, id, cancellationToken),
            OwnedResourceKind.NetworkInterface => CallAsync(
                ec2.DeleteNetworkInterfaceAsync,
                new DeleteNetworkInterfaceRequest { NetworkInterfaceId = id },
                cancellationToken
            ),
            OwnedResourceKind.SecurityGroup => CallAsync(
                ec2.DeleteSecurityGroupAsync,
                new DeleteSecurityGroupRequest { GroupId = id },
                cancellationToken
            ),
            OwnedResourceKind.Subnet => CallAsync(
                ec2.DeleteSubnetAsync,
                new DeleteSubnetRequest { SubnetId = id },
                cancellationToken
            ),
            OwnedResourceKind.RouteTable => DeleteRouteTableAsync(ec2, id, cancellationToken),
            OwnedResourceKind.InternetGateway => DeleteGatewayAsync(ec2, id, cancellationToken),
            OwnedResourceKind.Vpc => CallAsync(
                ec2.DeleteVpcAsync,
                new DeleteVpcRequest { VpcId = id },
                cancellationToken
            ),
            OwnedResourceKind.LaunchTemplateVersion => CallAsync(
                ec2.DeleteLaunchTemplateVersionsAsync,
                new DeleteLaunchTemplateVersionsRequest
                {
                    LaunchTemplateId = id.Split('/')[0],
                    Versions = [id.Split('/')[1]],
                },
                cancellationToken
            ),
            OwnedResourceKind.LaunchTemplate => CallAsync(
                ec2.DeleteLaunchTemplateAsync,
                new DeleteLaunchTemplateRequest { LaunchTemplateId = id },
                cancellationToken
            ),
            OwnedResourceKind.Objects => DeleteObjectsAsync(resource, cancellationToken),
            OwnedResourceKind.Bucket => DeleteBucketAsync(resource, cancellationToken),
            OwnedResourceKind.Queue => DeleteQueueAsync(resource, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(resource), resource.Kind, null),
        };
    }

    private async Task<string?> DeleteFleetAsync(AmazonEC2Client ec2, string id, CancellationToken cancellationToken)
    {
        DeleteFleetsRequest request = new() { FleetIds = [id], TerminateInstances = true };
        var answer = await clients
            .Caller.RepeatableAsync(ec2.DeleteFleetsAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.UnsuccessfulFleetDeletions is [var failed, ..] ? failed.Error?.Code?.Value : null;
    }

    private async Task<string?> DeleteEndpointAsync(AmazonEC2Client ec2, string id, CancellationToken cancellationToken)
    {
        DeleteVpcEndpointsRequest request = new() { VpcEndpointIds = [id] };
        var answer = await clients
            .Caller.RepeatableAsync(ec2.DeleteVpcEndpointsAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.Unsuccessful is [var failed, ..] ? failed.Error?.Code : null;
    }

    /// <summary>An address in use cannot be released; that of an ended instance is free by itself.</summary>
    private async Task<string?> ReleaseAddressAsync(AmazonEC2Client ec2, string id, CancellationToken cancellationToken)
    {
        DescribeAddressesRequest request = new() { AllocationIds = [id] };
        var answer = await clients
            .Caller.RepeatableAsync(ec2.DescribeAddressesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        foreach (var association in Present(answer.Addresses, a => a.AssociationId))
        {
            DisassociateAddressRequest disassociate = new() { AssociationId = association };
            await clients
                .Caller.RepeatableAsync(ec2.DisassociateAddressAsync, disassociate, cancellationToken)
                .ConfigureAwait(false);
        }

        ReleaseAddressRequest release = new() { AllocationId = id };
        return await CallAsync(ec2.ReleaseAddressAsync, release, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> DeleteRouteTableAsync(
        AmazonEC2Client ec2,
        string id,
        CancellationToken cancellationToken
    )
    {
        DescribeRouteTablesRequest request = new() { RouteTableIds = [id] };
        var answer = await clients
            .Caller.RepeatableAsync(ec2.DescribeRouteTablesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        var associations = (answer.RouteTables ?? []).SelectMany(t => t.Associations ?? []).ToList();
        foreach (var association in Present(associations, a => a.RouteTableAssociationId))
        {
            DisassociateRouteTableRequest disassociate = new() { AssociationId = association };
            await clients
                .Caller.RepeatableAsync(ec2.DisassociateRouteTableAsync, disassociate, cancellationToken)
                .ConfigureAwait(false);
        }

        DeleteRouteTableRequest delete = new() { RouteTableId = id };
        return await CallAsync(ec2.DeleteRouteTableAsync, delete, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> DeleteGatewayAsync(AmazonEC2Client ec2, string id, CancellationToken cancellationToken)
    {
        DescribeInternetGatewaysRequest request = new() { InternetGatewayIds = [id] };
        var answer = await clients
            .Caller.RepeatableAsync(ec2.DescribeInternetGatewaysAsync, request, cancellationToken)
            .ConfigureAwait(false);
        var attachments = (answer.InternetGateways ?? []).SelectMany(g => g.Attachments ?? []).ToList();
        foreach (var vpc in Present(attachments, a => a.VpcId))
        {
            DetachInternetGatewayRequest detach = new() { InternetGatewayId = id, VpcId = vpc };
            await clients
                .Caller.RepeatableAsync(ec2.DetachInternetGatewayAsync, detach, cancellationToken)
                .ConfigureAwait(false);
        }

        DeleteInternetGatewayRequest delete = new() { InternetGatewayId = id };
        return await CallAsync(ec2.DeleteInternetGatewayAsync, delete, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> DeleteObjectsAsync(OwnedResource objects, CancellationToken cancellationToken)
    {
        await new ObjectStore(clients, objects.Region, objects.Id)
            .DeleteVersionsAsync("", key => !ObjectKeys.IsModel(key), cancellationToken)
            .ConfigureAwait(false);
        return null;
    }

    private async Task<string?> DeleteQueueAsync(OwnedResource queue, CancellationToken cancellationToken)
    {
        var sqs = clients.Sqs(queue.Region);
        var answer = await clients
            .Caller.RepeatableAsync(
                sqs.GetQueueUrlAsync,
                new GetQueueUrlRequest { QueueName = queue.Id },
                cancellationToken
            )
            .ConfigureAwait(false);
        return await CallAsync(
                sqs.DeleteQueueAsync,
                new DeleteQueueRequest { QueueUrl = answer.QueueUrl },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<string?> DeleteBucketAsync(OwnedResource bucket, CancellationToken cancellationToken)
    {
        ObjectStore objects = new(clients, bucket.Region, bucket.Id);
        await objects.DeleteAllVersionsAsync("", cancellationToken).ConfigureAwait(false);
        await new BucketPort(clients, bucket.Region, bucket.Id).DeleteAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task<string?> CallAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : Amazon.Runtime.AmazonWebServiceRequest
    {
        await clients.Caller.RepeatableAsync(call, request, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private static IEnumerable<string> Present<T>(List<T>? items, Func<T, string?> id) =>
        (items ?? []).Select(id).OfType<string>().Where(i => i.Length > 0);
}

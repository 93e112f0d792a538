using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The EC2 calls that make a lighthouse, in our records.</summary>
internal sealed class LighthousePort(AwsClients clients, LighthouseSpec spec)
{
    private readonly InstancePort _instances = new(clients, spec.Region);

    private AmazonEC2Client Ec2 => clients.Ec2(spec.Region);

    public async Task<LighthouseFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var instancesRead = _instances.ListAsync(spec.Owner, cancellationToken);
        var addressesRead = ReadAddressesAsync(cancellationToken);
        await Task.WhenAll(instancesRead, addressesRead).ConfigureAwait(false);
        var instances = await instancesRead.ConfigureAwait(false);
        var addresses = await addressesRead.ConfigureAwait(false);

        var lighthouses = instances.Where(i => i.Component == ResourceComponents.Lighthouse).ToList();
        var alive = lighthouses.Where(i => i.IsAlive).MinBy(i => i.LaunchedAt);
        var impaired = alive is { Phase: InstancePhase.Running }
            ? await _instances.ListImpairedAsync([alive.InstanceId], cancellationToken).ConfigureAwait(false)
            : [];
        return new LighthouseFacts(
            alive,
            [.. lighthouses.Where(i => !i.IsAlive).Select(i => i.InstanceId)],
            addresses
                .OrderByDescending(a => a.InstanceId is not null && a.InstanceId == alive?.InstanceId)
                .ThenBy(a => a.AllocationId, StringComparer.Ordinal)
                .FirstOrDefault()
        )
        {
            ImpairedFor = impaired is [var since] ? clients.Time.GetUtcNow() - since.Since : null,
        };
    }

    /// <summary>Ends an instance; its end is waited for elsewhere.</summary>
    public Task EndAsync(string instanceId, CancellationToken cancellationToken) =>
        _instances.TerminateAsync([instanceId], cancellationToken);

    public async Task<AddressFact> AllocateAddressAsync(CancellationToken cancellationToken)
    {
        AllocateAddressRequest request = new()
        {
            Domain = DomainType.Vpc,
            TagSpecifications = Ec2Tags.At(ResourceType.ElasticIp, Tags("lighthouse-address")),
        };
        var answer = await clients
            .Caller.OnceAsync(Ec2.AllocateAddressAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return new AddressFact(answer.AllocationId, answer.PublicIp, null);
    }

    public async Task<string> LaunchAsync(ReadOnlyMemory<byte> userData, CancellationToken cancellationToken)
    {
        var tags = Tags("lighthouse");
        RunInstancesRequest request = new()
        {
            ClientToken = spec.Owner.ClientToken("lighthouse", spec.IntentId, spec.Attempt),
            ImageId = spec.Image.Id,
            InstanceType = spec.EffectiveInstanceType,
            MinCount = 1,
            MaxCount = 1,
            SubnetId = spec.SubnetId,
            SecurityGroupIds = [spec.SecurityGroupId],
            UserData = UserData.Encode(userData),
            InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
            MetadataOptions = new InstanceMetadataOptionsRequest
            {
                HttpEndpoint = InstanceMetadataEndpointState.Enabled,
                HttpTokens = HttpTokensState.Required,
                HttpPutResponseHopLimit = 1,
                InstanceMetadataTags = InstanceMetadataTagsState.Enabled,
            },
            BlockDeviceMappings =
            [
                new BlockDeviceMapping
                {
                    DeviceName = spec.Image.RootDevice,
                    Ebs = new EbsBlockDevice
                    {
                        VolumeSize = Math.Max(spec.RootVolumeGiB, spec.Image.RootVolumeGiB),
                        VolumeType = VolumeType.Gp3,
                        Encrypted = true,
                        DeleteOnTermination = true,
                    },
                },
            ],
            TagSpecifications =
            [
                .. Ec2Tags.At(ResourceType.Instance, tags),
                .. Ec2Tags.At(ResourceType.Volume, tags),
                .. Ec2Tags.At(ResourceType.NetworkInterface, tags),
            ],
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.RunInstancesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.Reservation.Instances[0].InstanceId;
    }

    /// <summary>Whether the instance runs; null while EC2 does not list it yet.</summary>
    public async Task<InstanceStatus?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        (await _instances.ListAsync(spec.Owner, cancellationToken).ConfigureAwait(false)).Find(i =>
            i.InstanceId == instanceId
        );

    public Task AssociateAddressAsync(string allocationId, string instanceId, CancellationToken cancellationToken)
    {
        AssociateAddressRequest request = new()
        {
            AllocationId = allocationId,
            InstanceId = instanceId,
            AllowReassociation = true,
        };
        return clients.Caller.SettlingAsync(Ec2.AssociateAddressAsync, request, cancellationToken);
    }

    private async Task<List<AddressFact>> ReadAddressesAsync(CancellationToken cancellationToken)
    {
        DescribeAddressesRequest request = new() { Filters = Ec2Tags.OwnedBy(spec.Owner) };
        var answer = await clients
            .Caller.RepeatableAsync(Ec2.DescribeAddressesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. (answer.Addresses ?? []).Select(a => new AddressFact(
                a.AllocationId,
                a.PublicIp,
                string.IsNullOrEmpty(a.InstanceId) ? null : a.InstanceId
            )),
        ];
    }

    private Dictionary<string, string> Tags(string part)
    {
        var tags = spec.Owner.Tags(ResourceComponents.Lighthouse, part, spec.PlanId);
        tags[ResourceTags.Intent] = spec.IntentId;
        return tags;
    }
}

using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>The zones of a region.</summary>
internal sealed class ZonePort(AwsClients clients)
{
    /// <summary>Zones open to this account by id, without local zones and wavelength zones.</summary>
    public async Task<IReadOnlyList<AvailabilityZone>> ListAsync(string region, CancellationToken cancellationToken)
    {
        DescribeAvailabilityZonesRequest request = new()
        {
            Filters = [Ec2Tags.Filter("zone-type", "availability-zone"), Ec2Tags.Filter("state", "available")],
        };
        var answer = await clients
            .Caller.RepeatableAsync(clients.Ec2(region).DescribeAvailabilityZonesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. (answer.AvailabilityZones ?? [])
                .Select(z => new AvailabilityZone(z.ZoneId, z.ZoneName))
                .OrderBy(z => z.Id, StringComparer.Ordinal),
        ];
    }
}

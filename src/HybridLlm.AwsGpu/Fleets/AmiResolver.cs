using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.SimpleSystemsManagement.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Finds machine images. Resolve once per cluster and keep the id, so that an update never comes by surprise.</summary>
public sealed class AmiResolver : IAmiResolver
{
    private readonly AwsClients _clients;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public AmiResolver(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
    }

    /// <inheritdoc/>
    /// <exception cref="AwsCallException">AWS refuses the read or does not answer.</exception>
    public async Task<MachineImage> ResolveAsync(
        string region,
        AmiQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentNullException.ThrowIfNull(query);
        if (await ReadParameterAsync(region, query, cancellationToken).ConfigureAwait(false) is { } named)
        {
            return named;
        }

        DescribeImagesRequest request = new()
        {
            Owners = [query.Owner],
            Filters =
            [
                Ec2Tags.Filter("name", query.NamePattern),
                Ec2Tags.Filter("architecture", Name(query.Architecture)),
                Ec2Tags.Filter("state", "available"),
            ],
        };
        var images = await DescribeAsync(region, request, cancellationToken).ConfigureAwait(false);
        var newest = images.MaxBy(i => (i.CreationDate, i.ImageId));
        return newest is null
            ? throw new AmiNotFoundException(region, $"'{query.NamePattern}' of {query.Owner}")
            : ToImage(newest);
    }

    /// <summary>The image with a known id.</summary>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    /// <param name="imageId">EC2's id, e.g. <c>ami-0abc…</c>.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="AmiNotFoundException">The region has no such image.</exception>
    /// <exception cref="AwsCallException">AWS refuses the read or does not answer.</exception>
    public async Task<MachineImage> FindAsync(
        string region,
        string imageId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(imageId);
        try
        {
            DescribeImagesRequest request = new() { ImageIds = [imageId] };
            var images = await DescribeAsync(region, request, cancellationToken).ConfigureAwait(false);
            return images is [var image, ..] ? ToImage(image) : throw new AmiNotFoundException(region, imageId);
        }
        catch (AwsCallException refusal) when (refusal.Code == "InvalidAMIID.NotFound")
        {
            throw new AmiNotFoundException(region, imageId);
        }
    }

    /// <summary>The image the query's parameter names; null when there is no such parameter, it may not be read, or its image is no more.</summary>
    private async Task<MachineImage?> ReadParameterAsync(
        string region,
        AmiQuery query,
        CancellationToken cancellationToken
    )
    {
        if (query.ParameterName is null)
        {
            return null;
        }

        try
        {
            GetParameterRequest request = new() { Name = query.ParameterName };
            var answer = await _clients
                .Caller.RepeatableAsync(_clients.Ssm(region).GetParameterAsync, request, cancellationToken)
                .ConfigureAwait(false);
            var image = await FindAsync(region, answer.Parameter.Value, cancellationToken).ConfigureAwait(false);
            return image.Architecture == query.Architecture ? image : null;
        }
        catch (AwsCallException refusal)
            when (refusal.Kind is AwsErrorKind.NotFound or AwsErrorKind.Permission
                && refusal.Operation == "GetParameter"
            )
        {
            return null;
        }
        catch (AmiNotFoundException)
        {
            return null;
        }
    }

    private Task<List<Image>> DescribeAsync(
        string region,
        DescribeImagesRequest request,
        CancellationToken cancellationToken
    ) =>
        _clients.Caller.ListAsync(
            next =>
            {
                request.NextToken = next;
                return request;
            },
            _clients.Ec2(region).DescribeImagesAsync,
            page => (page.Images?.AsEnumerable(), page.NextToken),
            cancellationToken
        );

    private static MachineImage ToImage(Image image) =>
        new()
        {
            Id = image.ImageId,
            Name = image.Name ?? "",
            Architecture = image.Architecture == ArchitectureValues.Arm64 ? CpuArchitecture.Arm64 : CpuArchitecture.X64,
            RootDevice = image.RootDeviceName,
            RootVolumeGiB =
                (image.BlockDeviceMappings ?? []).Find(m => m.DeviceName == image.RootDeviceName)?.Ebs?.VolumeSize ?? 0,
        };

    private static string Name(CpuArchitecture architecture) =>
        architecture == CpuArchitecture.Arm64 ? ArchitectureValues.Arm64.Value : ArchitectureValues.X86_64.Value;
}

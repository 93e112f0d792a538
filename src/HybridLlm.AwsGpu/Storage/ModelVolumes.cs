using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// Volumes and snapshots of models, for who would rather wait for a disk than for the bucket; <see cref="ModelCachePlanner"/> says what that costs.
/// Everything may be repeated, and goes with the cluster's teardown.
/// </summary>
public sealed class ModelVolumes
{
    private const string Device = "/dev/sdf";
    private const int FillMiBps = 300;
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);
    private readonly AwsClients _clients;
    private readonly ResourceOwner _owner;
    private readonly string _region;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="owner">Whose volumes.</param>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    public ModelVolumes(AwsClients clients, ResourceOwner owner, string region)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _clients = clients;
        _owner = owner;
        _region = region;
    }

    private AmazonEC2Client Ec2 => _clients.Ec2(_region);

    /// <summary>The volumes of a model. Reads only.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="AwsCallException">AWS refuses the read or does not answer.</exception>
    public async Task<IReadOnlyList<ModelVolume>> ListAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return await _clients
            .Caller.ListAsync(
                next => new DescribeVolumesRequest { Filters = Filters(model), NextToken = next },
                Ec2.DescribeVolumesAsync,
                page => (page.Volumes?.Where(Ec2States.Exists).Select(ToVolume), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Finds the volume of a model in a zone, or makes it.</summary>
    /// <param name="spec">The volume wanted.</param>
    /// <param name="cancellationToken">Stops between calls; a later call finds what was made.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be, or the region has no such zone.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<ModelVolume> EnsureAsync(ModelVolumeSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var zones = await new ZonePort(_clients).ListAsync(_region, cancellationToken).ConfigureAwait(false);
        var zone = zones.FirstOrDefault(z => z.Id == spec.ZoneId);
        InvalidSpecException.ThrowIfAny("The model volume", Faults(spec, zone));
        var volumes = await ListAsync(spec.Model, cancellationToken).ConfigureAwait(false);
        return volumes.FirstOrDefault(v => v.ZoneName == zone!.Name && v.IntentId == spec.IntentId)
            ?? await CreateAsync(spec, zone!.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives a volume to an instance of its zone, waiting up to five minutes for the instance to run and for the volume to be let go by one that ends.
    /// </summary>
    /// <param name="volume">The volume.</param>
    /// <param name="instanceId">EC2's id of the instance.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="AwsCallException">The zones differ, something else has the volume, or AWS does not answer.</exception>
    public async Task AttachAsync(ModelVolume volume, string instanceId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        AttachVolumeRequest request = new()
        {
            VolumeId = volume.Id,
            InstanceId = instanceId,
            Device = Device,
        };
        var giveUp = _clients.Time.GetUtcNow() + s_longestWait;
        while (true)
        {
            var now = await ListAsync(volume.Model, cancellationToken).ConfigureAwait(false);
            if (now.Any(v => v.Id == volume.Id && v.InstanceId == instanceId))
            {
                return;
            }

            try
            {
                await _clients
                    .Caller.SettlingAsync(Ec2.AttachVolumeAsync, request, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }
            catch (AwsCallException busy)
                when (busy.Kind == AwsErrorKind.Dependency && _clients.Time.GetUtcNow() < giveUp) { }

            await Task.Delay(s_pollEvery, _clients.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The snapshot of a model; taken from a volume when there is none.</summary>
    /// <param name="volume">The volume that holds the model, with nothing left unwritten.</param>
    /// <param name="planId">Plan under which it is made; stands in the tags.</param>
    /// <param name="cancellationToken">Stops between calls; a later call finds what was made.</param>
    /// <returns>EC2's id of the snapshot.</returns>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<string> EnsureSnapshotAsync(
        ModelVolume volume,
        string planId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentException.ThrowIfNullOrEmpty(planId);
        var snapshots = await _clients
            .Caller.ListAsync(
                next => new DescribeSnapshotsRequest
                {
                    OwnerIds = ["self"],
                    Filters = Filters(volume.Model),
                    NextToken = next,
                },
                Ec2.DescribeSnapshotsAsync,
                page => (page.Snapshots?.AsEnumerable(), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (snapshots.MinBy(s => (s.StartTime, s.SnapshotId)) is { } known)
        {
            return known.SnapshotId;
        }

        CreateSnapshotRequest request = new()
        {
            VolumeId = volume.Id,
            Description = $"HybridLlm {_owner.Cluster}, {volume.Model}",
            TagSpecifications = Ec2Tags.At(
                ResourceType.Snapshot,
                Tags(ResourceComponents.Models, volume.Model, planId)
            ),
        };
        var made = await _clients
            .Caller.OnceAsync(Ec2.CreateSnapshotAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return made.Snapshot.SnapshotId;
    }

    private async Task<ModelVolume> CreateAsync(
        ModelVolumeSpec spec,
        string zoneName,
        CancellationToken cancellationToken
    )
    {
        var tags = Tags(
            spec.IntentId is null ? ResourceComponents.Models : ResourceComponents.Node,
            spec.Model,
            spec.PlanId
        );
        if (spec.IntentId is { } intent)
        {
            tags[ResourceTags.Intent] = intent;
        }

        CreateVolumeRequest request = new()
        {
            AvailabilityZone = zoneName,
            VolumeType = VolumeType.Gp3,
            Size = spec.SizeGiB,
            Throughput = spec.MBps,
            Encrypted = true,
            SnapshotId = spec.SnapshotId,
            VolumeInitializationRate = spec.SnapshotId is null ? null : FillMiBps,
            TagSpecifications = Ec2Tags.At(ResourceType.Volume, tags),
        };
        var made = await _clients
            .Caller.OnceAsync(Ec2.CreateVolumeAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return ToVolume(made.Volume) with { Model = spec.Model, IntentId = spec.IntentId };
    }

    private static ModelVolume ToVolume(Volume volume)
    {
        var tags = Ec2Tags.FromSdk(volume.Tags);
        return new ModelVolume
        {
            Id = volume.VolumeId,
            Model = tags.GetValueOrDefault(ResourceTags.Model, ""),
            ZoneName = volume.AvailabilityZone,
            SizeGiB = volume.Size ?? 0,
            IntentId = tags.GetValueOrDefault(ResourceTags.Intent),
            InstanceId = volume.Attachments is [var attachment, ..] ? attachment.InstanceId : null,
        };
    }

    private Dictionary<string, string> Tags(string component, string model, string planId)
    {
        var tags = _owner.Tags(component, $"model/{model}", planId);
        tags[ResourceTags.Model] = model;
        return tags;
    }

    private List<Filter> Filters(string model) =>
        Ec2Tags.OwnedBy(_owner, Ec2Tags.Filter($"tag:{ResourceTags.Model}", model));

    private static IEnumerable<string?> Faults(ModelVolumeSpec spec, AvailabilityZone? zone) =>
        [
            string.IsNullOrWhiteSpace(spec.PlanId) ? "PlanId is empty" : null,
            string.IsNullOrWhiteSpace(spec.Model) ? "Model is empty" : null,
            spec.SizeGiB < 1 ? $"SizeGiB is {spec.SizeGiB}, must be 1 or more" : null,
            spec.MBps is < 125 or > 2000 ? $"MBps is {spec.MBps}, must be 125–2000" : null,
            zone is null ? $"the region has no zone '{spec.ZoneId}'" : null,
        ];
}

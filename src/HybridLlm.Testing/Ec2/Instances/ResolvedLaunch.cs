using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>A launch whose every name is known to stand for something.</summary>
internal sealed record ResolvedLaunch
{
    public required LaunchSpecification Specification { get; init; }

    public required MachineType Type { get; init; }

    public required Image Image { get; init; }

    public required Subnet Subnet { get; init; }

    public required IReadOnlyList<SecurityGroup> Groups { get; init; }

    public required IReadOnlyList<BlockDevice> Devices { get; init; }

    public required MetadataOptions Metadata { get; init; }

    public required byte[] UserData { get; init; }

    /// <summary>Null for on-demand.</summary>
    public SpotOptions? Spot { get; init; }

    public Market Market => Spot is null ? Market.OnDemand : Market.Spot;

    public Zone Zone => Subnet.Zone;

    public InterfaceSpecification? Interface =>
        Specification.Interfaces.Count == 0 ? null : Specification.Interfaces[0];

    /// <summary>Looks everything up and checks what EC2 checks before it asks for capacity.</summary>
    /// <exception cref="ServiceError">Something does not exist or does not fit.</exception>
    public static ResolvedLaunch Resolve(RegionState region, LaunchSpecification wanted, SpotOptions? spot)
    {
        var image = FindImage(region, wanted.ImageId ?? throw ServiceError.Missing("ImageId"));
        var type = FindType(region, wanted.InstanceType ?? throw ServiceError.Missing("InstanceType"));
        if (type.Architecture != image.Architecture)
        {
            throw new ServiceError(
                "InvalidParameterValue",
                $"The architecture '{type.Architecture}' of the specified instance type does not match the architecture "
                    + $"'{image.Architecture}' of the specified AMI. Specify an instance type and an AMI that have "
                    + "matching architectures, and try again."
            );
        }

        if (wanted.Interfaces.Count > 0 && wanted.SecurityGroupIds.Count > 0)
        {
            throw ServiceError.Combination(
                "Network interfaces and an instance-level security groups may not be specified on the same request"
            );
        }

        if (wanted.KeyName is { } key)
        {
            throw new ServiceError("InvalidKeyPair.NotFound", $"The key pair '{key}' does not exist");
        }

        CheckProfile(region, wanted.InstanceProfile);
        var subnet = FindSubnet(region, wanted);
        var metadata = wanted.Metadata.Over(MetadataOptions.Default);
        if (metadata.InstanceMetadataTags == "enabled")
        {
            TagRules.CheckMetadataKeys(wanted.Tags.For(Instance.Kind.Type).Keys);
        }

        return new ResolvedLaunch
        {
            Specification = wanted,
            Type = type,
            Image = image,
            Subnet = subnet,
            Groups = FindGroups(region, wanted, subnet),
            Devices = FindDevices(wanted, image),
            Metadata = metadata,
            UserData = Instances.UserData.Decode(wanted.UserData),
            Spot = spot,
        };
    }

    private static Image FindImage(RegionState region, string id) =>
        !id.StartsWith("ami-", StringComparison.Ordinal)
            ? throw new ServiceError("InvalidAMIID.Malformed", $"Invalid id: \"{id}\" (expecting \"ami-...\")")
            : Images.In(region.Name).FirstOrDefault(i => i.Id == id)
                ?? throw new ServiceError("InvalidAMIID.NotFound", $"The image id '[{id}]' does not exist");

    private static MachineType FindType(RegionState region, string name) =>
        region.Cloud.Offers.Types.Find(name)
        ?? throw new ServiceError("InvalidParameterValue", $"Invalid value '{name}' for InstanceType.");

    private static void CheckProfile(RegionState region, string? profile)
    {
        if (profile is not null && !region.Cloud.Options.InstanceProfiles.Contains(profile.Split('/')[^1]))
        {
            throw ServiceError.Invalid(
                "iamInstanceProfile.name",
                profile,
                "is invalid. Invalid IAM Instance Profile name"
            );
        }
    }

    private static Subnet FindSubnet(RegionState region, LaunchSpecification wanted)
    {
        var id = wanted.Interfaces.Select(i => i.SubnetId).FirstOrDefault(s => s is not null) ?? wanted.SubnetId;
        if (id is null)
        {
            throw new ServiceError(
                "VPCIdNotSpecified",
                "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC."
            );
        }

        var subnet = region.Get<Subnet>(id);
        return wanted.Zone is null || wanted.Zone == subnet.Zone.Name || wanted.Zone == subnet.Zone.Id
            ? subnet
            : throw ServiceError.Combination(
                $"The availability zone '{wanted.Zone}' does not match the zone of subnet '{id}'"
            );
    }

    private static IReadOnlyList<SecurityGroup> FindGroups(
        RegionState region,
        LaunchSpecification wanted,
        Subnet subnet
    )
    {
        var ids = wanted.Interfaces.Count > 0 ? wanted.Interfaces[0].SecurityGroupIds : wanted.SecurityGroupIds;
        if (ids.Count == 0)
        {
            return [region.All<SecurityGroup>().Single(g => g.Vpc == subnet.Vpc && g.IsDefault)];
        }

        var groups = region.GetAll<SecurityGroup>(ids);
        var foreign = groups.FirstOrDefault(g => g.Vpc != subnet.Vpc);
        return foreign is null
            ? groups
            : throw new ServiceError(
                "InvalidParameter",
                $"Security group {foreign.Id} and subnet {subnet.Id} belong to different networks."
            );
    }

    private static List<BlockDevice> FindDevices(LaunchSpecification wanted, Image image)
    {
        BlockDevice root = new()
        {
            Device = Image.RootDevice,
            SizeGiB = image.RootGiB,
            SnapshotId = image.SnapshotId,
            DeleteOnTermination = true,
        };
        var devices = wanted
            .BlockDevices.Where(d => d.Device != root.Device)
            .Prepend(wanted.BlockDevices.FirstOrDefault(d => d.Device == root.Device)?.Over(root) ?? root)
            .ToList();
        if (devices[0].SizeGiB < image.RootGiB)
        {
            throw new ServiceError(
                "InvalidBlockDeviceMapping",
                $"Volume of size {devices[0].SizeGiB}GB is smaller than snapshot '{image.SnapshotId}', "
                    + $"expect size>= {image.RootGiB}GB"
            );
        }

        return devices.Exists(d => d.SizeGiB is null or < 1)
            ? throw new ServiceError("MissingParameter", "The request must contain the parameter size or snapshotId")
            : devices;
    }
}

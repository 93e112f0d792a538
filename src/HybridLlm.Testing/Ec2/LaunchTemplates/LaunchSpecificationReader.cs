using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>Reads a launch specification out of a call or a structure in it.</summary>
internal static class LaunchSpecificationReader
{
    private static readonly string[] s_taggable = ["instance", "volume", "network-interface", "spot-instances-request"];

    public static LaunchSpecification Read(QueryRequest request)
    {
        var placement = request.Structure("Placement");
        placement.Only("Tenancy", "default");
        request.Only("DisableApiStop", "false");
        var userData = request.Text("UserData");
        Instances.UserData.Decode(userData);
        return new LaunchSpecification
        {
            ImageId = request.Text("ImageId"),
            InstanceType = request.Text("InstanceType"),
            SubnetId = request.Text("SubnetId"),
            Zone =
                placement.Text("AvailabilityZone")
                ?? placement.Text("AvailabilityZoneId")
                ?? request.Text("AvailabilityZone")
                ?? request.Text("AvailabilityZoneId"),
            UserData = userData,
            KeyName = request.Text("KeyName"),
            InstanceProfile =
                request.Structure("IamInstanceProfile").Text("Name")
                ?? request.Structure("IamInstanceProfile").Text("Arn"),
            ShutdownBehavior = request.Choice("InstanceInitiatedShutdownBehavior", "stop", "terminate"),
            DisableApiTermination = request.Flag("DisableApiTermination"),
            EbsOptimized = request.Flag("EbsOptimized"),
            DetailedMonitoring = request.Structure("Monitoring").Flag("Enabled"),
            CpuCredits = request.Structure("CreditSpecification").Choice("CpuCredits", "standard", "unlimited"),
            Spot = ReadMarket(request.Structure("InstanceMarketOptions")),
            Metadata = ReadMetadata(request.Structure("MetadataOptions")),
            SecurityGroupIds = request.List("SecurityGroupId"),
            BlockDevices = [.. request.Structures("BlockDeviceMapping").Select(ReadDevice)],
            Interfaces = [.. request.Structures("NetworkInterface").Select(ReadInterface)],
            Tags = TagSpecifications.Read(request, s_taggable),
        };
    }

    /// <summary>Metadata options, also of ModifyInstanceMetadataOptions.</summary>
    public static MetadataOptions ReadMetadata(QueryRequest request)
    {
        request.Only("HttpProtocolIpv6", "disabled");
        var hops = request.Integer("HttpPutResponseHopLimit");
        return hops is < 1 or > 64
            ? throw ServiceError.Invalid("httpPutResponseHopLimit", $"{hops}", "is invalid. Expected 1 to 64.")
            : new MetadataOptions
            {
                HttpTokens = request.Choice("HttpTokens", "optional", "required"),
                HopLimit = hops,
                HttpEndpoint = request.Choice("HttpEndpoint", "enabled", "disabled"),
                InstanceMetadataTags = request.Choice("InstanceMetadataTags", "enabled", "disabled"),
            };
    }

    /// <summary>A maximum price as EC2 takes it, e.g. <c>0.35</c>.</summary>
    public static decimal? ReadMaxPrice(QueryRequest request) =>
        request.Number("MaxPrice") switch
        {
            <= 0 => throw ServiceError.Invalid(
                "maxPrice",
                request.Text("MaxPrice"),
                "is invalid. It must be positive."
            ),
            var price => price,
        };

    private static SpotOptions? ReadMarket(QueryRequest market)
    {
        var type = market.Choice("MarketType", "spot", "on-demand");
        var options = market.Structure("SpotOptions");
        options.Only("SpotInstanceType", "one-time");
        options.Only("InstanceInterruptionBehavior", "terminate");
        var maxPrice = ReadMaxPrice(options);
        return type == "spot" ? new SpotOptions(maxPrice) : null;
    }

    private static BlockDevice ReadDevice(QueryRequest mapping)
    {
        var ebs = mapping.Structure("Ebs");
        return new BlockDevice
        {
            Device = mapping.Required("DeviceName"),
            SizeGiB = ebs.Integer("VolumeSize"),
            VolumeType = ebs.Choice("VolumeType", "gp3", "gp2", "io1", "io2", "st1", "sc1", "standard"),
            Iops = ebs.Integer("Iops"),
            Throughput = ebs.Integer("Throughput"),
            Encrypted = ebs.Flag("Encrypted"),
            KmsKeyId = ebs.Text("KmsKeyId"),
            SnapshotId = ebs.Text("SnapshotId"),
            DeleteOnTermination = ebs.Flag("DeleteOnTermination"),
        };
    }

    private static InterfaceSpecification ReadInterface(QueryRequest nic)
    {
        nic.Only("DeviceIndex", "0");
        nic.Only("NetworkCardIndex", "0");
        nic.Only("InterfaceType", "interface");
        nic.Only("DeleteOnTermination", "true");
        return new InterfaceSpecification
        {
            SubnetId = nic.Text("SubnetId"),
            Description = nic.Text("Description"),
            PublicIp = nic.Flag("AssociatePublicIpAddress"),
            SecurityGroupIds = nic.List("SecurityGroupId"),
        };
    }
}

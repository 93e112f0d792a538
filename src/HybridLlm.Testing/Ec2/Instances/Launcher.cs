using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Volumes;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Asks a pool for instances and makes them, with all that comes with one.</summary>
internal static class Launcher
{
    /// <summary>Launches as many as the pool gives.</summary>
    /// <param name="region">Where.</param>
    /// <param name="launch">What.</param>
    /// <param name="least">Fewer than this is an error, and nothing is launched.</param>
    /// <param name="most">Wanted.</param>
    /// <param name="clientToken">Token of the call, shown on its instances.</param>
    /// <param name="tags">Tags EC2 itself adds.</param>
    /// <exception cref="ServiceError">The pool does not exist, costs too much, or has no room.</exception>
    public static IReadOnlyList<Instance> Launch(
        RegionState region,
        ResolvedLaunch launch,
        int least,
        int most,
        string? clientToken,
        IReadOnlyDictionary<string, string> tags
    )
    {
        var count = Math.Min(most, PoolGate.Admit(region, launch, least));
        var reservation = region.Cloud.Ids.Next("r");
        return [.. Enumerable.Range(0, count).Select(i => Make(region, launch, i, reservation, clientToken, tags))];
    }

    private static Instance Make(
        RegionState region,
        ResolvedLaunch launch,
        int index,
        string reservation,
        string? clientToken,
        IReadOnlyDictionary<string, string> tags
    )
    {
        var wanted = launch.Specification;
        var now = region.Cloud.Now;
        var nic = MakeInterface(region, launch, now);
        Instance instance = new(region.NewId<Instance>(), now, region)
        {
            Type = launch.Type,
            Image = launch.Image,
            Interface = nic,
            ReservationId = reservation,
            LaunchIndex = index,
            ClientToken = clientToken,
            UserData = launch.UserData,
            Metadata = launch.Metadata,
            ShutdownBehavior = wanted.ShutdownBehavior ?? "stop",
            TerminationProtected = wanted.DisableApiTermination ?? false,
            EbsOptimized = wanted.EbsOptimized ?? false,
            DetailedMonitoring = wanted.DetailedMonitoring ?? false,
            InstanceProfile = wanted.InstanceProfile,
        };
        nic.Instance = instance;
        region.Add(instance, wanted.Tags.For(Instance.Kind.Type));
        foreach (var (key, value) in tags)
        {
            instance.Tags[key] = value;
        }

        if (launch.Spot is { } spot)
        {
            SpotRequest request = new(region.NewId<SpotRequest>(), now, spot.MaxPrice) { Instance = instance };
            instance.Spot = region.Add(request, wanted.Tags.For(SpotRequest.Kind.Type));
        }

        foreach (var device in launch.Devices)
        {
            VolumeActions.Make(region, instance, device, wanted.Tags.For(Volume.Kind.Type));
        }

        InstanceLife.Boot(instance);
        return instance;
    }

    private static NetworkInterface MakeInterface(RegionState region, ResolvedLaunch launch, DateTimeOffset now)
    {
        var subnet = launch.Subnet;
        NetworkInterface nic = new(
            region.NewId<NetworkInterface>(),
            now,
            subnet,
            subnet.NextAddress(region)!,
            launch.Groups
        )
        {
            AttachmentId = region.Cloud.Ids.Next("eni-attach"),
            Description = launch.Interface?.Description,
            WantsPublicIp = launch.Interface?.PublicIp ?? subnet.MapPublicIp,
            Ipv6 = subnet.NextIpv6(region),
        };
        return region.Add(nic, launch.Specification.Tags.For(NetworkInterface.Kind.Type));
    }
}

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Which resources of an inventory a scope covers, and in what order they can go. Pure.</summary>
internal static class TeardownPlanner
{
    private static readonly OwnedResourceKind[] s_burst =
    [
        OwnedResourceKind.Fleet,
        OwnedResourceKind.Instance,
        OwnedResourceKind.SpotRequest,
        OwnedResourceKind.Volume,
        OwnedResourceKind.NetworkInterface,
        OwnedResourceKind.LaunchTemplateVersion,
    ];

    public static IReadOnlyList<OwnedResource> InScope(OwnedInventory inventory, TeardownScope scope) =>
        scope switch
        {
            TeardownScope.Burst =>
            [
                .. inventory.Resources.Where(r => r.Component == ResourceComponents.Node && s_burst.Contains(r.Kind)),
            ],
            TeardownScope.EverythingButModels => [.. Everything(inventory).Where(r => !r.HoldsModels)],
            _ => [.. Everything(inventory)],
        };

    /// <summary>What a scope leaves on purpose.</summary>
    public static IReadOnlyList<OwnedResource> Kept(OwnedInventory inventory, TeardownScope scope) =>
        [.. Everything(inventory).Except(InScope(inventory, scope))];

    /// <summary>
    /// Waves in which resources can go: nothing in a wave needs anything of the same or a later one. Network parts need
    /// the instances ended, gateways need the addresses released, and the VPC goes after all that is in it.
    /// </summary>
    public static IEnumerable<IReadOnlyList<OwnedResource>> Waves(IEnumerable<OwnedResource> resources) =>
        resources.GroupBy(r => WaveOf(r.Kind)).OrderBy(w => w.Key).Select(w => (IReadOnlyList<OwnedResource>)[.. w]);

    /// <summary>A template takes its versions with it.</summary>
    private static IEnumerable<OwnedResource> Everything(OwnedInventory inventory) =>
        inventory.Resources.Where(r => r.Kind != OwnedResourceKind.LaunchTemplateVersion);

    private static int WaveOf(OwnedResourceKind kind) =>
        kind switch
        {
            OwnedResourceKind.Fleet => 1,
            OwnedResourceKind.Instance or OwnedResourceKind.Objects => 2,
            OwnedResourceKind.SpotRequest
            or OwnedResourceKind.Address
            or OwnedResourceKind.Snapshot
            or OwnedResourceKind.VpcEndpoint
            or OwnedResourceKind.LaunchTemplateVersion
            or OwnedResourceKind.LaunchTemplate
            or OwnedResourceKind.Bucket => 3,
            OwnedResourceKind.Volume or OwnedResourceKind.NetworkInterface => 4,
            OwnedResourceKind.SecurityGroup => 5,
            OwnedResourceKind.Subnet => 6,
            OwnedResourceKind.RouteTable or OwnedResourceKind.InternetGateway => 7,
            OwnedResourceKind.Vpc or OwnedResourceKind.Queue => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}

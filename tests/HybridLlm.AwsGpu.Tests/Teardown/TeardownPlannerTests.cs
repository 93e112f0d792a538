using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Teardown;

public sealed class TeardownPlannerTests
{
    private static readonly OwnedResourceKind[] s_kinds = Enum.GetValues<OwnedResourceKind>();

    [Fact]
    public void Every_kind_has_its_place_and_what_it_needs_goes_later()
    {
        var waves = TeardownPlanner.Waves(s_kinds.Select(k => Resource(k))).ToList();
        int WaveOf(OwnedResourceKind kind) => waves.FindIndex(w => w.Any(r => r.Kind == kind));

        waves.Sum(w => w.Count).ShouldBe(s_kinds.Length);
        WaveOf(OwnedResourceKind.Fleet).ShouldBe(0);
        WaveOf(OwnedResourceKind.Instance).ShouldBeLessThan(WaveOf(OwnedResourceKind.Address));
        WaveOf(OwnedResourceKind.Instance).ShouldBeLessThan(WaveOf(OwnedResourceKind.Volume));
        WaveOf(OwnedResourceKind.NetworkInterface).ShouldBeLessThan(WaveOf(OwnedResourceKind.SecurityGroup));
        WaveOf(OwnedResourceKind.SecurityGroup).ShouldBeLessThan(WaveOf(OwnedResourceKind.Vpc));
        WaveOf(OwnedResourceKind.VpcEndpoint).ShouldBeLessThan(WaveOf(OwnedResourceKind.RouteTable));
        WaveOf(OwnedResourceKind.Address).ShouldBeLessThan(WaveOf(OwnedResourceKind.InternetGateway));
        WaveOf(OwnedResourceKind.Subnet).ShouldBeLessThan(WaveOf(OwnedResourceKind.RouteTable));
        WaveOf(OwnedResourceKind.Vpc).ShouldBe(waves.Count - 1);
    }

    [Fact]
    public void A_burst_is_what_came_with_gpu_nodes_and_never_the_foundation()
    {
        var inventory = Inventory([
            .. s_kinds.Select(k => Resource(k)),
            Resource(OwnedResourceKind.Instance, ResourceComponents.Lighthouse),
            Resource(OwnedResourceKind.Volume, ResourceComponents.Lighthouse),
        ]);

        TeardownPlanner
            .InScope(inventory, TeardownScope.Burst)
            .Select(r => r.Kind)
            .ShouldBe([
                OwnedResourceKind.Fleet,
                OwnedResourceKind.Instance,
                OwnedResourceKind.SpotRequest,
                OwnedResourceKind.Volume,
                OwnedResourceKind.NetworkInterface,
                OwnedResourceKind.LaunchTemplateVersion,
            ]);
    }

    [Fact]
    public void Everything_is_every_kind_but_versions_which_go_with_their_template() =>
        TeardownPlanner
            .InScope(Inventory([.. s_kinds.Select(k => Resource(k))]), TeardownScope.Everything)
            .Select(r => r.Kind)
            .ShouldBe(s_kinds.Except([OwnedResourceKind.LaunchTemplateVersion]));

    private static OwnedResource Resource(OwnedResourceKind kind, string component = ResourceComponents.Node) =>
        new()
        {
            Kind = kind,
            Id = $"{kind}-1",
            Region = "us-east-1",
            Component = component,
            UsdPerMonth = 0,
        };

    private static OwnedInventory Inventory(IReadOnlyList<OwnedResource> resources) =>
        new()
        {
            Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Empty },
            ScannedAt = DateTimeOffset.UnixEpoch,
            Resources = resources,
            Foreign = [],
            Unread = [],
        };
}

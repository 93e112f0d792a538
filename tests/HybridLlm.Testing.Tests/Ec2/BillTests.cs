using Amazon.EC2.Model;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class BillTests : CloudTests
{
    private const decimal Spot = 0.2682m;

    [Fact]
    public async Task A_spot_instance_is_charged_by_the_second_from_running_to_shutting_down()
    {
        var id = await BootAsync(spot: true);
        Clock.Advance(TimeSpan.FromSeconds(1800));
        Charge(BillItem.SpotInstance).ShouldBe(Spot / 2);
        await TerminateAsync(id);
        Clock.Advance(TimeSpan.FromHours(1));
        Charge(BillItem.SpotInstance).ShouldBe(Spot / 2);
    }

    [Fact]
    public async Task Each_hour_of_a_spot_instance_has_the_price_of_its_start()
    {
        await BootAsync(spot: true);
        Clock.Advance(TimeSpan.FromMinutes(10));
        Cloud.Prices.SetSpot("g6.xlarge", "us-east-2a", 0.6m);
        Clock.Advance(TimeSpan.FromMinutes(80));
        Charge(BillItem.SpotInstance).ShouldBe(Spot + (0.6m / 2));
    }

    [Fact]
    public async Task A_minute_is_the_least()
    {
        var id = await BootAsync(spot: true);
        Clock.Advance(TimeSpan.FromSeconds(5));
        await TerminateAsync(id);
        Charge(BillItem.SpotInstance).ShouldBe(Spot / 60, tolerance: 1e-12m);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public async Task An_interruption_by_ec2_in_the_first_hour_is_free(int minutes, bool free)
    {
        var id = await BootAsync(spot: true);
        Clock.Advance(TimeSpan.FromMinutes(minutes));
        await Cloud.InterruptAsync(id, withNotice: false);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (Charge(BillItem.SpotInstance) == 0).ShouldBe(free);
        Charge(BillItem.Volume).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_own_termination_in_the_first_hour_is_charged()
    {
        var id = await BootAsync(spot: true);
        Clock.Advance(TimeSpan.FromMinutes(30));
        await TerminateAsync(id);
        Charge(BillItem.SpotInstance).ShouldBe(Spot / 2);
    }

    [Fact]
    public async Task On_demand_volumes_and_addresses_have_their_own_lines()
    {
        await BootAsync(spot: false);
        Clock.Advance(TimeSpan.FromHours(10));
        Charge(BillItem.OnDemandInstance).ShouldBe(0.8048m * 10);
        Charge(BillItem.PublicIpv4).ShouldBe(0.005m * 10);
        var volumeHours = 10 + (15 / 3600m);
        var volume = ((100 * 0.08m) + (1000 * 0.005m) + (125 * 0.04m)) / 730 * volumeHours;
        Charge(BillItem.Volume).ShouldBe(volume, tolerance: 1e-12m);
        var bill = Cloud.Bill();
        bill.AsOf.ShouldBe(Clock.GetUtcNow());
        bill.TotalUsd.ShouldBe(bill.Lines.Sum(l => l.Usd));
        bill.Lines.Single(l => l.Item == BillItem.OnDemandInstance).Tags["owner"].ShouldBe("me");
        bill.Lines.ShouldAllBe(l => l.Region == Home && l.End == null);
    }

    [Fact]
    public async Task An_elastic_address_costs_from_allocation_to_release_used_or_not()
    {
        var address = await Ec2.AllocateAddressAsync(new(), Ct);
        Clock.Advance(TimeSpan.FromHours(4));
        await Ec2.ReleaseAddressAsync(new() { AllocationId = address.AllocationId }, Ct);
        Clock.Advance(TimeSpan.FromHours(4));
        var line = Cloud.Bill().Lines.Single();
        (line.ResourceId, line.Usd, line.End).ShouldBe((address.AllocationId, 0.02m, Start + TimeSpan.FromHours(4)));
    }

    [Fact]
    public async Task A_stopped_instance_costs_its_volume_only()
    {
        var id = await BootAsync(spot: false);
        await Ec2.StopInstancesAsync(new() { InstanceIds = [id] }, Ct);
        Clock.Advance(TimeSpan.FromHours(2));
        var (instance, address, volume) = (
            Charge(BillItem.OnDemandInstance),
            Charge(BillItem.PublicIpv4),
            Charge(BillItem.Volume)
        );
        Clock.Advance(TimeSpan.FromHours(2));
        Charge(BillItem.OnDemandInstance).ShouldBe(instance);
        Charge(BillItem.PublicIpv4).ShouldBe(address);
        Charge(BillItem.Volume).ShouldBeGreaterThan(volume);
    }

    private decimal Charge(BillItem item) => Cloud.Bill().Lines.Where(l => l.Item == item).Sum(l => l.Usd);

    private Task<TerminateInstancesResponse> TerminateAsync(string id) =>
        Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, Ct);

    private async Task<string> BootAsync(bool spot)
    {
        var network = await MakeNetworkAsync();
        var launched = await RunAsync(r =>
        {
            if (spot)
            {
                AsSpot(r);
            }

            r.NetworkInterfaces =
            [
                new()
                {
                    DeviceIndex = 0,
                    SubnetId = network.Subnets["us-east-2a"],
                    AssociatePublicIpAddress = true,
                },
            ];
            r.BlockDeviceMappings =
            [
                new()
                {
                    DeviceName = "/dev/sda1",
                    Ebs = new()
                    {
                        VolumeSize = 100,
                        Iops = 4000,
                        Throughput = 250,
                    },
                },
            ];
            r.TagSpecifications = [new() { ResourceType = "instance", Tags = [new Tag("owner", "me")] }];
        });
        Clock.Advance(TimeSpan.FromSeconds(15));
        return launched.InstanceId;
    }
}

using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class AddressTests : CloudTests
{
    [Fact]
    public async Task An_address_is_tagged_associated_and_released_in_this_order_only()
    {
        var network = await MakeNetworkAsync();
        var address = await Ec2.AllocateAddressAsync(
            new()
            {
                Domain = Amazon.EC2.DomainType.Vpc,
                TagSpecifications = [new() { ResourceType = "elastic-ip", Tags = [new("owner", "me")] }],
            },
            Ct
        );
        var instance = await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"]);
        (await CodeOf(AssociateAsync())).ShouldBe("InvalidInstanceID");
        Clock.Advance(TimeSpan.FromSeconds(15));
        (await CodeOf(AssociateAsync())).ShouldBe("Gateway.NotAttached");
        await MakeGatewayAsync(network.VpcId);
        var association = await AssociateAsync();
        (await AssociateAsync()).AssociationId.ShouldBe(association.AssociationId);
        (await SeeAsync(instance.InstanceId)).PublicIpAddress.ShouldBe(address.PublicIp);
        var seen = (
            await Ec2.DescribeAddressesAsync(new() { Filters = [new("tag:owner", ["me"])] }, Ct)
        ).Addresses.Single();
        seen.InstanceId.ShouldBe(instance.InstanceId);
        (await CodeOf(ReleaseAsync())).ShouldBe("InvalidIPAddress.InUse");
        await Ec2.DisassociateAddressAsync(new() { AssociationId = association.AssociationId }, Ct);
        await ReleaseAsync();
        (await CodeOf(ReleaseAsync())).ShouldBe("InvalidAllocationID.NotFound");

        Task<AssociateAddressResponse> AssociateAsync() =>
            Ec2.AssociateAddressAsync(
                new() { AllocationId = address.AllocationId, InstanceId = instance.InstanceId },
                Ct
            );
        Task ReleaseAsync() => Ec2.ReleaseAddressAsync(new() { AllocationId = address.AllocationId }, Ct);
    }

    [Fact]
    public async Task An_address_outlives_its_instance_and_replaces_the_automatic_one()
    {
        var network = await MakeNetworkAsync();
        await MakeGatewayAsync(network.VpcId);
        await Ec2.ModifySubnetAttributeAsync(
            new() { SubnetId = network.Subnets["us-east-2a"], MapPublicIpOnLaunch = true },
            Ct
        );
        var instance = await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"]);
        Clock.Advance(TimeSpan.FromSeconds(15));
        var automatic = (await SeeAsync(instance.InstanceId)).PublicIpAddress;
        automatic.ShouldNotBeNull();
        var address = await Ec2.AllocateAddressAsync(new(), Ct);
        await Ec2.AssociateAddressAsync(
            new() { AllocationId = address.AllocationId, InstanceId = instance.InstanceId },
            Ct
        );
        (await SeeAsync(instance.InstanceId)).PublicIpAddress.ShouldBe(address.PublicIp);
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [instance.InstanceId] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var left = (await Ec2.DescribeAddressesAsync(new(), Ct)).Addresses.Single();
        left.AssociationId.ShouldBeNull();
    }

    [Fact]
    public async Task Reassociation_moves_an_address_unless_that_is_forbidden()
    {
        var network = await MakeNetworkAsync();
        await MakeGatewayAsync(network.VpcId);
        var a = await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"]);
        var b = await RunAsync(r => r.SubnetId = network.Subnets["us-east-2b"]);
        Clock.Advance(TimeSpan.FromSeconds(15));
        var address = await Ec2.AllocateAddressAsync(new(), Ct);
        await Ec2.AssociateAddressAsync(new() { AllocationId = address.AllocationId, InstanceId = a.InstanceId }, Ct);
        AssociateAddressRequest move = new()
        {
            AllocationId = address.AllocationId,
            InstanceId = b.InstanceId,
            AllowReassociation = false,
        };
        (await CodeOf(Ec2.AssociateAddressAsync(move, Ct))).ShouldBe("Resource.AlreadyAssociated");
        move.AllowReassociation = null;
        await Ec2.AssociateAddressAsync(move, Ct);
        (await SeeAsync(a.InstanceId)).PublicIpAddress.ShouldBeNull();
        (await SeeAsync(b.InstanceId)).PublicIpAddress.ShouldBe(address.PublicIp);
    }
}

using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class NetworkTests : CloudTests
{
    [Fact]
    public async Task A_vpc_brings_a_main_route_table_and_a_default_group_and_takes_them_along()
    {
        var vpc = (await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.1/16" }, Ct)).Vpc;
        vpc.CidrBlock.ShouldBe("10.20.0.0/16");
        vpc.IsDefault.ShouldBe(false);
        var table = (await Ec2.DescribeRouteTablesAsync(new(), Ct)).RouteTables.Single();
        table.Associations.Single().Main.ShouldBe(true);
        table.Routes.Single().GatewayId.ShouldBe("local");
        var group = (await Ec2.DescribeSecurityGroupsAsync(new(), Ct)).SecurityGroups.Single();
        group.GroupName.ShouldBe("default");
        var delete = Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = group.GroupId }, Ct);
        (await CodeOf(delete)).ShouldBe("CannotDelete");
        await Ec2.DeleteVpcAsync(new DeleteVpcRequest(vpc.VpcId), Ct);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("10.0.0.0/15", "InvalidVpc.Range")]
    [InlineData("10.0.0.0/29", "InvalidVpc.Range")]
    [InlineData("10.0.0.0", "InvalidParameterValue")]
    [InlineData("300.0.0.0/16", "InvalidParameterValue")]
    public async Task A_bad_vpc_block_is_refused(string block, string code) =>
        (await CodeOf(Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = block }, Ct))).ShouldBe(code);

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        var dry = Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16", DryRun = true }, Ct);
        (await CodeOf(dry)).ShouldBe("DryRunOperation");
        Cloud.Snapshot().ShouldBeEmpty();
        Cloud.Calls.Single().IsWrite.ShouldBeFalse();
        Cloud.Calls.Single().Status.ShouldBe(412);
    }

    [Fact]
    public async Task The_sixth_vpc_and_the_sixth_address_of_a_region_exceed_the_limit()
    {
        for (var i = 0; i < 5; i++)
        {
            await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct);
            await Ec2.AllocateAddressAsync(new AllocateAddressRequest { Domain = DomainType.Vpc }, Ct);
        }

        var vpc = Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct);
        (await CodeOf(vpc)).ShouldBe("VpcLimitExceeded");
        (await CodeOf(Ec2.AllocateAddressAsync(new AllocateAddressRequest(), Ct))).ShouldBe("AddressLimitExceeded");
        await Ec2In("us-west-2").CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct);
    }

    [Fact]
    public async Task A_subnet_lies_in_its_vpc_in_one_zone_and_overlaps_no_other()
    {
        var network = await MakeNetworkAsync();
        var subnet = await OneSubnetAsync(network.Subnets["us-east-2b"]);
        subnet.AvailabilityZoneId.ShouldBe("use2-az2");
        subnet.AvailableIpAddressCount.ShouldBe(251);
        (await CodeOf(SubnetAsync("10.21.0.0/24"))).ShouldBe("InvalidSubnet.Range");
        (await CodeOf(SubnetAsync("10.20.0.128/25"))).ShouldBe("InvalidSubnet.Conflict");
        (await CodeOf(SubnetAsync("10.20.9.0/24", "us-east-1a"))).ShouldBe("InvalidParameterValue");
        (await SubnetAsync("10.20.9.0/24", "us-east-2c")).Subnet.AvailabilityZoneId.ShouldBe("use2-az3");

        Task<CreateSubnetResponse> SubnetAsync(string block, string zone = "us-east-2a") =>
            Ec2.CreateSubnetAsync(
                new CreateSubnetRequest
                {
                    VpcId = network.VpcId,
                    CidrBlock = block,
                    AvailabilityZone = zone,
                },
                Ct
            );
    }

    [Fact]
    public async Task Routes_reach_the_internet_through_an_attached_gateway()
    {
        var network = await MakeNetworkAsync();
        var gateway = await MakeGatewayAsync(network.VpcId);
        var again = Ec2.AttachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = network.VpcId }, Ct);
        (await CodeOf(again)).ShouldBe("Resource.AlreadyAssociated");
        var table = (await Ec2.CreateRouteTableAsync(new CreateRouteTableRequest { VpcId = network.VpcId }, Ct))
            .RouteTable
            .RouteTableId;
        CreateRouteRequest route = new()
        {
            RouteTableId = table,
            DestinationCidrBlock = "0.0.0.0/0",
            GatewayId = gateway,
        };
        (await Ec2.CreateRouteAsync(route, Ct)).Return.ShouldBe(true);
        (await CodeOf(Ec2.CreateRouteAsync(route, Ct))).ShouldBe("RouteAlreadyExists");
        AssociateRouteTableRequest association = new()
        {
            RouteTableId = table,
            SubnetId = network.Subnets["us-east-2a"],
        };
        var id = (await Ec2.AssociateRouteTableAsync(association, Ct)).AssociationId;
        (await CodeOf(Ec2.AssociateRouteTableAsync(association, Ct))).ShouldBe("Resource.AlreadyAssociated");
        var seen = await Ec2.DescribeRouteTablesAsync(
            new() { Filters = [new("association.subnet-id", [association.SubnetId])] },
            Ct
        );
        seen.RouteTables.Single()
            .Routes.Select(r => (r.DestinationCidrBlock, r.State.Value))
            .ShouldBe([("10.20.0.0/16", "active"), ("0.0.0.0/0", "active")]);
        (await CodeOf(Ec2.DeleteRouteTableAsync(new() { RouteTableId = table }, Ct))).ShouldBe("DependencyViolation");
        await Ec2.DisassociateRouteTableAsync(new() { AssociationId = id }, Ct);
        var twice = Ec2.DisassociateRouteTableAsync(new() { AssociationId = id }, Ct);
        (await CodeOf(twice)).ShouldBe("InvalidAssociationID.NotFound");
        await Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = network.VpcId }, Ct);
        var blind = await Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [table] }, Ct);
        blind.RouteTables.Single().Routes[1].State.ShouldBe(RouteState.Blackhole);
        await Ec2.DeleteRouteTableAsync(new() { RouteTableId = table }, Ct);
    }

    [Fact]
    public async Task An_s3_endpoint_adds_its_route_and_takes_it_away()
    {
        var network = await MakeNetworkAsync();
        var tables = await Ec2.DescribeRouteTablesAsync(new(), Ct);
        CreateVpcEndpointRequest request = new()
        {
            VpcId = network.VpcId,
            VpcEndpointType = VpcEndpointType.Gateway,
            ServiceName = "com.amazonaws.us-east-2.s3",
            RouteTableIds = [tables.RouteTables.Single().RouteTableId],
            ClientToken = "endpoint",
        };
        var endpoint = (await Ec2.CreateVpcEndpointAsync(request, Ct)).VpcEndpoint;
        (await Ec2.CreateVpcEndpointAsync(request, Ct)).VpcEndpoint.VpcEndpointId.ShouldBe(endpoint.VpcEndpointId);
        endpoint.State.ShouldBe(State.Available);
        endpoint.RouteTableIds.Count.ShouldBe(1);
        (await CodeOf(Ec2.DeleteVpcAsync(new DeleteVpcRequest(network.VpcId), Ct))).ShouldBe("DependencyViolation");
        request.ClientToken = "another";
        (await CodeOf(Ec2.CreateVpcEndpointAsync(request, Ct))).ShouldBe("RouteAlreadyExists");
        request.ServiceName = "com.amazonaws.us-east-1.s3";
        (await CodeOf(Ec2.CreateVpcEndpointAsync(request, Ct))).ShouldBe("InvalidServiceName");
        var deleted = await Ec2.DeleteVpcEndpointsAsync(
            new() { VpcEndpointIds = [endpoint.VpcEndpointId, "vpce-0123456789abcdef0"] },
            Ct
        );
        deleted.Unsuccessful.Single().Error.Code.ShouldBe("InvalidVpcEndpointId.NotFound");
        var left = await Ec2.DescribeRouteTablesAsync(new(), Ct);
        left.RouteTables.Single().Routes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_in_use_cannot_be_deleted()
    {
        var network = await MakeNetworkAsync();
        var gateway = await MakeGatewayAsync(network.VpcId);
        var instance = await RunAsync(r =>
            r.NetworkInterfaces = [
                new()
                {
                    DeviceIndex = 0,
                    SubnetId = network.Subnets["us-east-2a"],
                    AssociatePublicIpAddress = true,
                },
            ]
        );
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await CodeOf(DeleteSubnetAsync())).ShouldBe("DependencyViolation");
        (await CodeOf(DetachAsync())).ShouldBe("DependencyViolation");
        var deleteGateway = Ec2.DeleteInternetGatewayAsync(new() { InternetGatewayId = gateway }, Ct);
        (await CodeOf(deleteGateway)).ShouldBe("DependencyViolation");
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [instance.InstanceId] }, Ct);
        (await CodeOf(DeleteSubnetAsync())).ShouldBe("DependencyViolation");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await DeleteSubnetAsync();
        await DetachAsync();
        await Ec2.DeleteInternetGatewayAsync(new() { InternetGatewayId = gateway }, Ct);

        Task DeleteSubnetAsync() => Ec2.DeleteSubnetAsync(new() { SubnetId = network.Subnets["us-east-2a"] }, Ct);
        Task DetachAsync() =>
            Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = network.VpcId }, Ct);
    }

    [Theory]
    [InlineData("vpc", "InvalidVpcID.NotFound")]
    [InlineData("subnet", "InvalidSubnetID.NotFound")]
    [InlineData("igw", "InvalidInternetGatewayID.NotFound")]
    [InlineData("rtb", "InvalidRouteTableID.NotFound")]
    [InlineData("sg", "InvalidGroup.NotFound")]
    [InlineData("eipalloc", "InvalidAllocationID.NotFound")]
    [InlineData("vol", "InvalidVolume.NotFound")]
    [InlineData("i", "InvalidInstanceID.NotFound")]
    [InlineData("lt", "InvalidLaunchTemplateId.NotFound")]
    [InlineData("eni", "InvalidNetworkInterfaceID.NotFound")]
    [InlineData("fleet", "InvalidFleetId.NotFound")]
    [InlineData("sir", "InvalidSpotInstanceRequestID.NotFound")]
    [InlineData("vpce", "InvalidVpcEndpointId.NotFound")]
    [InlineData("snap", "InvalidSnapshot.NotFound")]
    public async Task An_unknown_id_has_the_error_code_of_its_kind(string prefix, string code)
    {
        List<string> ids = [prefix + "-0123456789abcdef0"];
        Task call = prefix switch
        {
            "vpc" => Ec2.DescribeVpcsAsync(new() { VpcIds = ids }, Ct),
            "subnet" => Ec2.DescribeSubnetsAsync(new() { SubnetIds = ids }, Ct),
            "igw" => Ec2.DescribeInternetGatewaysAsync(new() { InternetGatewayIds = ids }, Ct),
            "rtb" => Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = ids }, Ct),
            "sg" => Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = ids }, Ct),
            "eipalloc" => Ec2.DescribeAddressesAsync(new() { AllocationIds = ids }, Ct),
            "vol" => Ec2.DescribeVolumesAsync(new() { VolumeIds = ids }, Ct),
            "i" => Ec2.DescribeInstancesAsync(new() { InstanceIds = ids }, Ct),
            "lt" => Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateIds = ids }, Ct),
            "eni" => Ec2.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = ids }, Ct),
            "fleet" => Ec2.DescribeFleetsAsync(new() { FleetIds = ids }, Ct),
            "sir" => Ec2.DescribeSpotInstanceRequestsAsync(new() { SpotInstanceRequestIds = ids }, Ct),
            "vpce" => Ec2.DescribeVpcEndpointsAsync(new() { VpcEndpointIds = ids }, Ct),
            _ => Ec2.DescribeSnapshotsAsync(new() { SnapshotIds = ids }, Ct),
        };
        (await CodeOf(call)).ShouldBe(code);
        (await CodeOf(Ec2.CreateTagsAsync(new() { Resources = ids, Tags = [new("a", "b")] }, Ct))).ShouldBe(code);
    }

    private async Task<Subnet> OneSubnetAsync(string id) =>
        (await Ec2.DescribeSubnetsAsync(new() { SubnetIds = [id] }, Ct)).Subnets.Single();
}

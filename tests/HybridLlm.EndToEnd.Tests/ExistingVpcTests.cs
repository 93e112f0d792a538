using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>A cluster in a VPC that was there before it and stays after it.</summary>
public sealed class ExistingVpcTests : IAsyncLifetime
{
    private const string Range = "172.30.0.0/20";
    private const string Zone = "us-east-1d";

    private TestWorld _test = null!;
    private string _vpc = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync()
    {
        _test = await TestWorld.StartAsync();
        using var ec2 = _test.Ec2();
        _vpc = await MakeVpcAsync(ec2);
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task The_GPU_comes_from_its_zones_and_only_two_security_groups_come_and_go()
    {
        var before = Cloud.Snapshot().Select(r => r.Id).ToHashSet();
        await using var cluster = Cluster(gpu => gpu with { VpcRange = Range });
        var plan = await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);

        plan.Offers.ShouldAllBe(o => o.Zone == Zone);
        plan.Rejected.ShouldContain(r => r.Reason.StartsWith("no subnet in", StringComparison.Ordinal));
        plan.Proofs.Single(p => p.Name == "addresses").Working.ShouldContain($"VPC {Range}");
        plan.Steps.ShouldNotContain(s => s.What.Contains("Vpc") || s.What.Contains("Subnet"));
        Cloud.Snapshot().Count(r => r.Type == "vpc").ShouldBe(1);
        Cloud.Instances.Single(i => i.Market == Market.Spot).Zone.ShouldBe(Zone);

        (await cluster.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().Select(r => r.Id).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_range_that_is_not_the_VPCs_is_a_fault_of_the_plan()
    {
        await using var cluster = Cluster(gpu => gpu);

        var fault = (await TestWorld.FaultsAsync(cluster)).ShouldHaveSingleItem();

        (fault.Code, fault.Remedy.Contains(Range)).ShouldBe(("HL124", true));
    }

    [Fact]
    public async Task A_VPC_that_is_not_there_is_a_fault_of_the_plan()
    {
        await using var cluster = Cluster(gpu => gpu with { ExistingVpcId = "vpc-0123456789abcdef0" });

        var fault = (await TestWorld.FaultsAsync(cluster)).ShouldHaveSingleItem();

        (fault.Code, fault.Message.Contains("vpc-0123456789abcdef0")).ShouldBe(("HL125", true));
        _test.World.Cloud.Calls.Count(c => c.IsWrite && c.Action == "CreateVpc").ShouldBe(1, "the test's own");
    }

    private HybridCluster Cluster(Func<GpuSpec, GpuSpec> change) =>
        _test.Cluster(b => b.WithSpotGpus("us-east-1", gpu => change(gpu with { ExistingVpcId = _vpc })));

    private static async Task<string> MakeVpcAsync(AmazonEC2Client ec2)
    {
        var vpc = (await ec2.CreateVpcAsync(new CreateVpcRequest(Range), Token)).Vpc.VpcId;
        var gateway = (await ec2.CreateInternetGatewayAsync(new CreateInternetGatewayRequest(), Token))
            .InternetGateway
            .InternetGatewayId;
        await ec2.AttachInternetGatewayAsync(
            new AttachInternetGatewayRequest { InternetGatewayId = gateway, VpcId = vpc },
            Token
        );
        var subnet = (
            await ec2.CreateSubnetAsync(
                new CreateSubnetRequest
                {
                    VpcId = vpc,
                    CidrBlock = "172.30.1.0/24",
                    AvailabilityZone = Zone,
                },
                Token
            )
        ).Subnet.SubnetId;
        var table = (await ec2.CreateRouteTableAsync(new CreateRouteTableRequest { VpcId = vpc }, Token))
            .RouteTable
            .RouteTableId;
        await ec2.CreateRouteAsync(
            new CreateRouteRequest
            {
                RouteTableId = table,
                DestinationCidrBlock = "0.0.0.0/0",
                GatewayId = gateway,
            },
            Token
        );
        await ec2.AssociateRouteTableAsync(
            new AssociateRouteTableRequest { RouteTableId = table, SubnetId = subnet },
            Token
        );
        return vpc;
    }
}

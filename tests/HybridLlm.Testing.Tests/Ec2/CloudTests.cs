using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing.Tests.Ec2;

/// <summary>A fresh emulated account for each test, at a fixed instant, driven by the real SDK clients.</summary>
public abstract class CloudTests : IAsyncLifetime
{
    protected const string Home = "us-east-2";

    private readonly List<IDisposable> _clients = [];

    protected static DateTimeOffset Start { get; } = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected VirtualClock Clock { get; } = new(Start);

    protected EmulatedCloud Cloud { get; private set; } = null!;

    protected AmazonEC2Client Ec2 { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        EmulatedCloudOptions options = new() { Time = Clock };
        Configure(options);
        Cloud = await EmulatedCloud.StartAsync(options, Ct);
        Ec2 = Ec2In(Home);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(c => c.Dispose());
        await Cloud.DisposeAsync();
        Clock.Dispose();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(EmulatedCloudOptions options) { }

    protected BasicAWSCredentials Credentials => new(Cloud.AccessKey, Cloud.SecretKey);

    protected AmazonEC2Client Ec2In(string region, int retries = 0, AWSCredentials? credentials = null) =>
        Keep(new AmazonEC2Client(credentials ?? Credentials, Aim(new AmazonEC2Config(), region, retries)));

    protected AmazonS3Client S3In(string region, AWSCredentials? credentials = null) =>
        Keep(
            new AmazonS3Client(
                credentials ?? Credentials,
                Aim(new AmazonS3Config { ForcePathStyle = true }, region, retries: 0)
            )
        );

    protected AmazonSecurityTokenServiceClient Sts(AWSCredentials? credentials = null) =>
        Keep(
            new AmazonSecurityTokenServiceClient(
                credentials ?? Credentials,
                Aim(new AmazonSecurityTokenServiceConfig(), Home, retries: 0)
            )
        );

    /// <summary>The error code of a call that has to fail.</summary>
    protected static async Task<string> CodeOf(Task call) =>
        (await Assert.ThrowsAnyAsync<AmazonServiceException>(() => call)).ErrorCode;

    /// <summary>A VPC with one subnet per zone of the home region, and its default group.</summary>
    protected async Task<Network> MakeNetworkAsync(string region = Home)
    {
        var ec2 = region == Home ? Ec2 : Ec2In(region);
        var vpc = (await ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct)).Vpc.VpcId;
        var zones = (await ec2.DescribeAvailabilityZonesAsync(new(), Ct)).AvailabilityZones;
        Dictionary<string, string> subnets = [];
        foreach (var (zone, i) in zones.Select((z, i) => (z.ZoneName, i)))
        {
            var subnet = await ec2.CreateSubnetAsync(
                new CreateSubnetRequest
                {
                    VpcId = vpc,
                    CidrBlock = $"10.20.{i}.0/24",
                    AvailabilityZone = zone,
                },
                Ct
            );
            subnets[zone] = subnet.Subnet.SubnetId;
        }

        return new Network(vpc, subnets);
    }

    /// <summary>An internet gateway on the VPC, so that elastic addresses work.</summary>
    protected async Task<string> MakeGatewayAsync(string vpcId)
    {
        var gateway = await Ec2.CreateInternetGatewayAsync(new CreateInternetGatewayRequest(), Ct);
        var id = gateway.InternetGateway.InternetGatewayId;
        await Ec2.AttachInternetGatewayAsync(
            new AttachInternetGatewayRequest { InternetGatewayId = id, VpcId = vpcId },
            Ct
        );
        return id;
    }

    protected async Task<string> FindImageAsync(string name, string region = Home)
    {
        var ec2 = region == Home ? Ec2 : Ec2In(region);
        var images = await ec2.DescribeImagesAsync(
            new DescribeImagesRequest { Filters = [new Filter("name", [name])] },
            Ct
        );
        return images.Images.OrderByDescending(i => i.CreationDate, StringComparer.Ordinal).First().ImageId;
    }

    protected Task<string> GpuImageAsync(string region = Home) =>
        FindImageAsync("Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) ????????", region);

    /// <summary>One instance, launched directly.</summary>
    protected async Task<Instance> RunAsync(Action<RunInstancesRequest>? change = null)
    {
        RunInstancesRequest request = new()
        {
            ImageId = await GpuImageAsync(),
            InstanceType = "g6.xlarge",
            MinCount = 1,
            MaxCount = 1,
        };
        change?.Invoke(request);
        if (request.SubnetId is null && request.NetworkInterfaces is null)
        {
            request.SubnetId = (await MakeNetworkAsync()).Subnets["us-east-2a"];
        }

        return (await Ec2.RunInstancesAsync(request, Ct)).Reservation.Instances.Single();
    }

    protected async Task<Instance> SeeAsync(string instanceId) =>
        (await Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [instanceId] }, Ct))
            .Reservations.Single()
            .Instances.Single();

    protected static RunInstancesRequest AsSpot(RunInstancesRequest request, string? maxPrice = null)
    {
        request.InstanceMarketOptions = new InstanceMarketOptionsRequest
        {
            MarketType = MarketType.Spot,
            SpotOptions = new SpotMarketOptions { MaxPrice = maxPrice },
        };
        return request;
    }

    private T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }

    private T Aim<T>(T config, string region, int retries)
        where T : ClientConfig
    {
        config.ServiceURL = Cloud.Endpoint.ToString();
        config.AuthenticationRegion = region;
        config.MaxErrorRetry = retries;
        return config;
    }

    protected sealed record Network(string VpcId, IReadOnlyDictionary<string, string> Subnets);
}

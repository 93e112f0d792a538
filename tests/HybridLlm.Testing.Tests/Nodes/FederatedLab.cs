using System.Net;
using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>
/// A world with a homelab and one spot instance that runs a federated node, as it is after its boot. The world's clock runs a hundred times
/// as fast, and starts where the world's own would.
/// </summary>
internal sealed class FederatedLab : IAsyncDisposable
{
    private readonly K3sAuthorities _authorities;
    private readonly string _kubeconfig;
    private readonly AmazonEC2Client _ec2;

    private FederatedLab(
        EmulatedWorld world,
        LabMesh mesh,
        K3sAuthorities authorities,
        AmazonEC2Client ec2,
        string instanceId
    )
    {
        World = world;
        Mesh = mesh;
        _authorities = authorities;
        _kubeconfig = authorities.CreateAdminKubeconfig(
            FederatedTree.Server(mesh.Gpu.Address).ApiServer,
            "hybridllm-controller"
        );
        _ec2 = ec2;
        InstanceId = instanceId;
    }

    public EmulatedWorld World { get; }

    public LabMesh Mesh { get; }

    public string InstanceId { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FederatedLab> StartAsync()
    {
        VirtualClock clock = new(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(3), speed: 100);
        var now = clock.GetUtcNow();
        var mesh = await LabMesh.CreateAsync(now);
        var authorities = K3sAuthorities.Create(now, now + TimeSpan.FromHours(12));
        var files = FederatedTree.Create(mesh.Gpu.Address, authorities);
        EmulatedWorldOptions options = new() { Clock = clock, HasHomelab = true };
        options.Guest = (joined, _) => new BootedGuest(joined, mesh.Gpu, files, options.Nodes);
        var world = await EmulatedWorld.StartAsync(options, Token);
        world.Mesh.Join(mesh.Lighthouse);
        AmazonEC2Client ec2 = new(
            world.Cloud.AccessKey,
            world.Cloud.SecretKey,
            new AmazonEC2Config { ServiceURL = world.Cloud.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1" }
        );
        return new FederatedLab(world, mesh, authorities, ec2, await LaunchAsync(ec2));
    }

    /// <summary>The way to the node's API server that a controller has: over the mesh.</summary>
    public ClusterConnection ConnectToNode() =>
        ClusterConnection.FromKubeconfig(
            _kubeconfig,
            new ClusterConnectionOptions
            {
                Time = World.Clock,
                Dial = (target, token) => DialAsync(new IPEndPoint(IPAddress.Parse(target.Host), target.Port), token),
            }
        );

    public ClusterConnection ConnectToHome() =>
        ClusterConnection.FromKubeconfigFile(
            World.HomelabKubeconfig,
            options: new ClusterConnectionOptions { Time = World.Clock }
        );

    /// <summary>What Ollama answers at an address in the mesh.</summary>
    public async Task<string> AskAsync(IPAddress address, string path)
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = (context, token) => DialAsync(new IPEndPoint(address, context.DnsEndPoint.Port), token),
        };
        using HttpClient http = new(handler);
        return await http.GetStringAsync($"http://{address}:11434{path}", Token);
    }

    public async ValueTask DisposeAsync()
    {
        _ec2.Dispose();
        await World.DisposeAsync();
        _authorities.Dispose();
    }

    private ValueTask<Stream> DialAsync(IPEndPoint target, CancellationToken token) =>
        World.Mesh.DialAsync(Mesh.Controller, target, token);

    private static async Task<string> LaunchAsync(AmazonEC2Client ec2)
    {
        var vpc = await ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Token);
        var subnet = await ec2.CreateSubnetAsync(
            new CreateSubnetRequest
            {
                VpcId = vpc.Vpc.VpcId,
                CidrBlock = "10.20.0.0/24",
                AvailabilityZone = "us-east-1a",
            },
            Token
        );
        var images = await ec2.DescribeImagesAsync(
            new DescribeImagesRequest { Filters = [new Filter("name", ["Deep Learning Base OSS Nvidia*"])] },
            Token
        );
        var run = await ec2.RunInstancesAsync(
            new RunInstancesRequest
            {
                ImageId = images.Images.First(i => i.Architecture == ArchitectureValues.X86_64).ImageId,
                InstanceType = "g6.xlarge",
                MinCount = 1,
                MaxCount = 1,
                SubnetId = subnet.Subnet.SubnetId,
                InstanceMarketOptions = new InstanceMarketOptionsRequest { MarketType = MarketType.Spot },
            },
            Token
        );
        return run.Reservation.Instances.Single().InstanceId;
    }

    private sealed class BootedGuest(EmulatedMesh mesh, MeshPeer peer, NodeFiles files, NodeEmulatorOptions options)
        : IInstanceGuest
    {
        public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
        {
            using var membership = mesh.Join(peer);
            await new NodeEmulator(mesh, options).ServeAsync(instance.Time, files, peer, poweredOff);
        }
    }
}

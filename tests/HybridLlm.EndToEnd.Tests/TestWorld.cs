using Amazon.EC2;
using HybridLlm.Specs;
using HybridLlm.Testing;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>An emulated world with a state folder: what a test's clusters live in. Minutes pass in seconds.</summary>
internal sealed class TestWorld : IAsyncDisposable
{
    public const string Model = "llama3.1:8b";

    public const double Speed = 100;

    private readonly ScratchFolder _folder = new();

    private TestWorld(EmulatedWorld world) => World = world;

    public EmulatedWorld World { get; }

    public string StateFolder => _folder["state"];

    public string ArtifactFolder => _folder["artifacts"];

    public static async Task<TestWorld> StartAsync(Action<EmulatedWorldOptions>? configure = null)
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), Speed) };
        configure?.Invoke(options);
        return new TestWorld(await EmulatedWorld.StartAsync(options, TestContext.Current.CancellationToken));
    }

    /// <summary>A cluster as a user would ask for it, with deadlines that bear a busy test machine.</summary>
    public HybridClusterBuilder Builder() =>
        new HybridClusterBuilder("lab")
            .WithModel(Model)
            .WithSpotGpus("us-east-1")
            .WithBudget(perDay: 3.00m)
            .WithLife(life =>
                life with
                {
                    BootDeadline = TimeSpan.FromHours(1),
                    Lease = TimeSpan.FromHours(1),
                    IdleTimeout = TimeSpan.FromHours(1),
                }
            )
            .UseStateFolder(StateFolder)
            .UseEmulatedWorld(World, Model);

    public HybridCluster Cluster(Func<HybridClusterBuilder, HybridClusterBuilder>? change = null) =>
        (change?.Invoke(Builder()) ?? Builder()).Build();

    /// <summary>Write calls that reached AWS so far.</summary>
    public int Writes => World.Cloud.Calls.Count(c => c.IsWrite);

    /// <summary>EC2 as somebody else of the same account reaches it.</summary>
    public AmazonEC2Client Ec2() =>
        new(
            World.Cloud.AccessKey,
            World.Cloud.SecretKey,
            new AmazonEC2Config { ServiceURL = World.Cloud.Endpoint.ToString(), AuthenticationRegion = "us-east-1" }
        );

    /// <summary>The faults a cluster meets when it is planned.</summary>
    public static async Task<IReadOnlyList<SpecFault>> FaultsAsync(HybridCluster cluster) =>
        (
            await Should.ThrowAsync<HybridClusterFaultsException>(() =>
                cluster.PlanAsync(TestContext.Current.CancellationToken)
            )
        ).Faults;

    public async ValueTask DisposeAsync()
    {
        foreach (var failure in World.Cloud.Instances.SelectMany(i => i.GuestFailures))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"A node failed: {failure}");
        }

        await World.DisposeAsync();
        _folder.Dispose();
    }
}

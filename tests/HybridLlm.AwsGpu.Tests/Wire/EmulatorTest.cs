using HybridLlm.AwsGpu.Fleets;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Tests of judgement: they make the emulator do what moto cannot, e.g. run out of capacity.</summary>
public abstract class EmulatorTest(double speed = 600) : IAsyncDisposable
{
    private readonly EmulatorBackend _backend = new(speed);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected EmulatedCloud Cloud => _backend.Cloud;

    protected VirtualClock Clock => _backend.Clock;

    internal async Task<WireCluster> ClusterAsync(ResourceOwner? owner = null) =>
        new(await _backend.StartAsync(), _backend.Answered, owner ?? WireCluster.NewOwner("lab"));

    /// <summary>Zone names in the emulator's account, which its controls speak of.</summary>
    internal static async Task<IReadOnlyList<string>> ZoneNamesAsync(WireCluster cluster, NodeIntent intent)
    {
        var zones = await new AwsGpu.Ec2.ZonePort(cluster.Clients).ListAsync(WireCluster.Region, default);
        return [.. intent.Pools.Select(p => zones.Single(z => z.Id == p.ZoneId).Name)];
    }

    /// <summary>What of an owner exists in the whole cloud.</summary>
    internal IReadOnlyList<EmulatedResource> OwnedBy(ResourceOwner owner) =>
        [.. Cloud.Snapshot().Where(r => r.Tags.GetValueOrDefault(ResourceTags.OwnerId) == owner.OwnerId.ToString())];

    public async ValueTask DisposeAsync()
    {
        await _backend.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Tests of the provisioner through the real SDK; every backend passes the same ones.</summary>
public abstract class WireSuite(IWireBackend backend) : IAsyncDisposable
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A cluster of its own; a given owner is another process of the same cluster.</summary>
    internal async Task<WireCluster> ClusterAsync(ResourceOwner? owner = null) =>
        new(await backend.StartAsync(), backend.Answered, owner ?? WireCluster.NewOwner());

    /// <summary>Skips the test where the backend is known to lack a behaviour.</summary>
    protected void Needs(Behaviour behaviour) =>
        Assert.SkipWhen(
            backend.Differences.TryGetValue(behaviour, out var difference),
            $"A known difference: {difference}."
        );

    /// <summary>Disposes a backend that is this test's own.</summary>
    public async ValueTask DisposeAsync()
    {
        if (backend is EmulatorBackend own)
        {
            await own.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

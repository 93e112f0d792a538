namespace HybridLlm.Waking;

/// <summary>A request's hold on the GPU: while it lasts, the GPU is not given back.</summary>
internal sealed class NodeLease(WakeDriver driver, GpuNode node) : IDisposable
{
    private int _released;

    public GpuNode Node => node;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            driver.Release();
        }
    }
}

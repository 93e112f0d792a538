namespace HybridLlm.Gateway.Routing;

/// <summary>Leave to send one request: to a server at home, or to the rented node.</summary>
/// <param name="backend">The server at home; null for the rented node.</param>
/// <param name="giveBack">Makes room for the next.</param>
internal sealed class Grant(Backend? backend, Action giveBack) : IDisposable
{
    private int _givenBack;

    public Backend? Backend => backend;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _givenBack, 1) == 0)
        {
            giveBack();
        }
    }
}

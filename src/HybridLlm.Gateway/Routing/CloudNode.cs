using HybridLlm.Gateway.Hosting;
using HybridLlm.Reaching;
using HybridLlm.Waking;

namespace HybridLlm.Gateway.Routing;

/// <summary>
/// The rented node of a cluster. However many ask, there is one wake; the cluster keeps the node while a request holds it or waits for it,
/// and gives it back when none has for the idle time.
/// </summary>
internal sealed class CloudNode(HybridCluster cluster, HybridGatewayOptions options)
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private int _granted;

    public HybridCluster Cluster => cluster;

    public string Model => ModelNames.Full(cluster.Spec.Model.Name);

    /// <summary>Requests that hold the node or the wake.</summary>
    public int Granted => Volatile.Read(ref _granted);

    /// <summary>There is room.</summary>
    public event Action? Changed;

    public bool Serves(string model) => ModelNames.Same(model, cluster.Spec.Model.Name);

    /// <summary>Leave to use the node, or to wait for the wake; null if as many do as may.</summary>
    public Grant? TryTake(string model)
    {
        lock (_gate)
        {
            if (!Serves(model) || _granted >= options.NodeParallel)
            {
                return null;
            }

            _granted++;
        }

        return new Grant(null, GiveBack);
    }

    /// <summary>The node, once it is up.</summary>
    /// <exception cref="GatewayRefusal">None came up.</exception>
    public async Task<ModelEndpoint> AcquireAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await cluster.AcquireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WakeFailedException e)
        {
            throw new GatewayRefusal(RefusalKind.Unavailable, e.Message, s_retryAfter, cause: e);
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            _granted--;
        }

        Changed?.Invoke();
    }
}

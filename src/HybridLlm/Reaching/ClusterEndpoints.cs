using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Waking;

namespace HybridLlm.Reaching;

/// <summary>The cluster's nodes for answers that outlive them: the first request wakes one, a lost node's answers wait for the next.</summary>
/// <param name="acquire">A node, once there is one.</param>
/// <param name="examine">Looks at a node that failed, so that it is not given again when it is gone.</param>
internal sealed class ClusterEndpoints(
    Func<CancellationToken, Task<ModelEndpoint>> acquire,
    Func<GpuNode, CancellationToken, Task> examine
) : IOllamaEndpoints
{
    public async ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    )
    {
        if (failed is [.., { Lease: EndpointLease { Node: var last } }] && !last.Draining.IsCancellationRequested)
        {
            await examine(last, cancellationToken).ConfigureAwait(false);
        }

        var node = await acquire(cancellationToken).ConfigureAwait(false);
        OllamaClient client = new(node.Http, node.Address);
        return new OllamaEndpoint
        {
            Client = client,
            Draining = node.Draining,
            Lost = node.Lost,
            Lease = new EndpointLease(node, client),
        };
    }

    private sealed class EndpointLease(ModelEndpoint endpoint, OllamaClient client) : IDisposable
    {
        public GpuNode Node => endpoint.Serving;

        public void Dispose()
        {
            client.Dispose();
            endpoint.Dispose();
        }
    }
}

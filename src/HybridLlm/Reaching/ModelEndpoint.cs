using HybridLlm.Waking;

namespace HybridLlm.Reaching;

/// <summary>A node that serves the model, held for one request: while it is not disposed, the GPU is not given back.</summary>
public sealed class ModelEndpoint : IDisposable
{
    private readonly NodeLease _lease;

    internal ModelEndpoint(NodeLease lease, HttpMessageInvoker http)
    {
        _lease = lease;
        Http = http;
    }

    /// <summary>Name of the node, e.g. <c>gpu-7</c>.</summary>
    public string Node => _lease.Node.WakeId;

    /// <summary>Root of its Ollama, e.g. <c>http://10.201.128.1:11434/</c>: an overlay address, which only <see cref="Http"/> reaches.</summary>
    public Uri Address => MeshHttp.Root(_lease.Node.Endpoint);

    /// <summary>Sends requests over the mesh. It belongs to the cluster; do not dispose it.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>Cancelled when the node is gone from under the request.</summary>
    public CancellationToken Lost => _lease.Node.Lost;

    /// <summary>Lets go of the node.</summary>
    public void Dispose() => _lease.Dispose();
}

using System.Net;

namespace HybridLlm.Waking;

/// <summary>A rented GPU that serves the model.</summary>
internal sealed class GpuNode : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public required string WakeId { get; init; }

    public required string InstanceId { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>Where Ollama answers, an overlay address.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Cancelled when the node is gone from under its requests.</summary>
    public CancellationToken Lost => _lost.Token;

    public void MarkLost() => _lost.Cancel();

    public void Dispose() => _lost.Dispose();
}

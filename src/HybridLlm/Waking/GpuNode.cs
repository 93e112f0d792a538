using System.Net;

namespace HybridLlm.Waking;

/// <summary>A rented GPU that serves the model.</summary>
internal sealed class GpuNode : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _lost = new();

    public GpuNode()
    {
        // Tokens outlive their sources.
        Draining = _draining.Token;
        Lost = _lost.Token;
    }

    public required string WakeId { get; init; }

    public required string InstanceId { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>Where Ollama answers, an overlay address.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Requests that hold it. Its driver counts them.</summary>
    public int Leases { get; set; }

    /// <summary>Cancelled when the node is about to be taken, so that its requests move while it still answers.</summary>
    public CancellationToken Draining { get; }

    /// <summary>Cancelled when the node is gone from under its requests.</summary>
    public CancellationToken Lost { get; }

    // The callbacks run elsewhere: whoever marks a node holds its driver's lock.
    public void MarkDraining() => _ = _draining.CancelAsync();

    public void MarkLost() => _ = _lost.CancelAsync();

    public void Dispose()
    {
        _draining.Dispose();
        _lost.Dispose();
    }
}

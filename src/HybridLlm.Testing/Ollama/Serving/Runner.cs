namespace HybridLlm.Testing.Ollama;

/// <summary>A resident model: what Ollama runs one llama-server process for.</summary>
internal sealed class Runner(EmulatedModel model, RunOptions options, int parallel, CancellationTokenSource crash)
{
    public EmulatedModel Model => model;

    public int ContextLength => options.NumCtx;

    public string Settings => options.Runner;

    /// <summary>Memory it takes, bytes.</summary>
    public long Bytes => model.Bytes + ((long)options.NumCtx * parallel * model.CacheBytesPerToken);

    /// <summary>A place among the answers it gives at once.</summary>
    public Slots Slots { get; } = new(parallel);

    /// <summary>Requests that hold it.</summary>
    public int Users { get; set; }

    public TimeSpan KeepAlive { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Set once it must go as soon as nobody holds it.</summary>
    public bool Leaving { get; set; }

    /// <summary>Cancelled when the process dies.</summary>
    public CancellationToken Crashed => crash.Token;

    public void Crash() => crash.Cancel();
}

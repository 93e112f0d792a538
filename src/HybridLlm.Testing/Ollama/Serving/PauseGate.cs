namespace HybridLlm.Testing.Ollama;

/// <summary>A server that was stopped by a signal and may be continued.</summary>
internal sealed class PauseGate
{
    private volatile TaskCompletionSource? _closed;

    public void Close() =>
        Interlocked.CompareExchange(
            ref _closed,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            null
        );

    public void Open() => Interlocked.Exchange(ref _closed, null)?.SetResult();

    public Task PassAsync(CancellationToken cancellationToken) =>
        _closed?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
}

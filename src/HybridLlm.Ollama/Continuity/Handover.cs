namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Makes the next server ready while a draining one still answers: finds it and has it load the model, so that the move waits for neither.
/// </summary>
internal sealed class Handover : IAsyncDisposable
{
    private readonly AskedFor _asked;
    private readonly Func<CancellationToken, Task<OllamaEndpoint?>> _find;
    private readonly CancellationTokenSource _ready = new();
    private readonly CancellationTokenSource _abandoned;
    private readonly CancellationTokenRegistration _notice;
    private Task<OllamaEndpoint?>? _next;

    /// <summary>A handover that begins when <paramref name="draining"/> is cancelled.</summary>
    public Handover(
        AskedFor asked,
        Func<CancellationToken, Task<OllamaEndpoint?>> find,
        CancellationToken draining,
        CancellationToken cancellationToken
    )
    {
        _asked = asked;
        _find = find;
        _abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // On a thread of its own: whoever gives the notice does not have to wait for it.
        _notice = draining.Register(() => _next = Task.Run(PrepareAsync));
    }

    /// <summary>Cancelled when the next server can go on at once.</summary>
    public CancellationToken Ready => _ready.Token;

    /// <summary>The server it has found or still looks for, which is the caller's from then on; null if there was no notice or there is none.</summary>
    public async Task<OllamaEndpoint?> TakeAsync()
    {
        await _notice.DisposeAsync().ConfigureAwait(false);
        var next = _next;
        _next = null;
        return next is null ? null : await next.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        var unused = TakeAsync();
        await ((Task)unused).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (unused.IsCompletedSuccessfully)
        {
            (await unused.ConfigureAwait(false))?.Lease?.Dispose();
        }

        _abandoned.Dispose();
        _ready.Dispose();
    }

    private async Task<OllamaEndpoint?> PrepareAsync()
    {
        var next = await _find(_abandoned.Token).ConfigureAwait(false);
        if (next is not null && await LoadAsync(next.Client).ConfigureAwait(false))
        {
            await _ready.CancelAsync().ConfigureAwait(false);
        }

        return next;
    }

    /// <summary>True if the model is loaded there as this request needs it. What else is wrong shows when the answer is taken up.</summary>
    private async Task<bool> LoadAsync(OllamaClient client)
    {
        try
        {
            await client.LoadAsync(_asked, _abandoned.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OllamaException or OperationCanceledException)
        {
            return false;
        }
    }
}

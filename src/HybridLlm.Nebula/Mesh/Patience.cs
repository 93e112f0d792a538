using System.Threading.Channels;

namespace HybridLlm.Nebula.Mesh;

/// <summary>Waits for packets until a time has passed.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;

    public Patience(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _timeout = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, caller);
        _caller = caller;
    }

    /// <summary>The next item; null when patience ran out.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T?> ReadAsync<T>(ChannelReader<T> reader)
        where T : class
    {
        try
        {
            return await reader.ReadAsync(_either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            return null;
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timeout.Dispose();
    }
}

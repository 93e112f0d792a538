using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>A request being answered, and the means to break it off.</summary>
internal sealed class LiveRequest(HttpContext context) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cut = CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted
    );
    private bool _over;

    /// <summary>Cancelled when the client leaves or the connection is cut.</summary>
    public CancellationToken Ended => _cut.Token;

    /// <summary>Ends the connection as the kernel does for a killed process: FIN, and no terminal chunk.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            if (_over)
            {
                return;
            }

            try
            {
                // Aborting would send a reset instead.
                context.Features.Get<IConnectionSocketFeature>()?.Socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client was faster.
            }

            _cut.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _over = true;
            _cut.Dispose();
        }
    }
}

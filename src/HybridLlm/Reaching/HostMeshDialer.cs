using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Reaching;

/// <summary>Reaches the mesh through the Nebula that runs on this machine: an ordinary TCP connection.</summary>
internal sealed class HostMeshDialer : IMeshDialer
{
    public async ValueTask<Stream> DialAsync(MeshIdentity self, IPEndPoint target, CancellationToken cancellationToken)
    {
        Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

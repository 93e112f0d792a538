using System.Net;

namespace HybridLlm.Reaching;

/// <summary>Opens connections into the mesh on behalf of the controlling process.</summary>
public interface IMeshDialer
{
    /// <summary>Opens a TCP connection to an overlay address.</summary>
    /// <param name="self">The controlling process as a member of the mesh; who it is decides what it may reach.</param>
    /// <param name="target">Overlay address and port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The connection; the caller disposes it.</returns>
    /// <exception cref="IOException">There is no way to the target.</exception>
    ValueTask<Stream> DialAsync(MeshIdentity self, IPEndPoint target, CancellationToken cancellationToken);
}

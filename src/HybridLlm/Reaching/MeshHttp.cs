using System.Net;

namespace HybridLlm.Reaching;

/// <summary>HTTP over the mesh.</summary>
internal static class MeshHttp
{
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A handler whose connections the dialer opens. Answers may take as long as a model takes.</summary>
    public static HttpMessageInvoker Connect(IMeshDialer dialer, MeshIdentity self) =>
        new(
            new SocketsHttpHandler
            {
                ConnectTimeout = s_connectTimeout,
                UseProxy = false,
                // Long enough for the last byte of a whole answer, so that its connection is used again; reading on after one that was
                // given up would keep the GPU at work on it.
                ResponseDrainTimeout = s_drainTimeout,
                MaxResponseDrainSize = 1,
                // A pod that goes waits for whoever is still connected.
                PooledConnectionIdleTimeout = s_idleTimeout,
                ConnectCallback = async (connection, cancellationToken) =>
                {
                    var target = new IPEndPoint(
                        IPAddress.Parse(connection.DnsEndPoint.Host),
                        connection.DnsEndPoint.Port
                    );
                    return await dialer.DialAsync(self, target, cancellationToken).ConfigureAwait(false);
                },
            }
        );

    public static Uri Root(IPEndPoint endpoint) => new($"http://{endpoint}/");
}

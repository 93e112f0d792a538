using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridLlm.Liqo.Clusters;

/// <summary>How a cluster's API server is reached.</summary>
public sealed class ClusterConnectionOptions
{
    /// <summary>
    /// Opens the TCP connection to the API server, for servers that only a mesh reaches; null dials directly. The
    /// connection carries TLS afterwards.
    /// </summary>
    public Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? Dial { get; set; }

    /// <summary>Longest an answer may take, 1 second or more, by the system's clock; watches are not limited by it.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Clock of waits, pauses and polls.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where writes are logged.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Handlers around the transport, outermost first, so that tests can count and break calls on the wire.</summary>
    internal IReadOnlyList<DelegatingHandler> Handlers { get; set; } = [];
}

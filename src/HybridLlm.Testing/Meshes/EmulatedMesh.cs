using System.Net;
using System.Net.Sockets;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Reaching;

namespace HybridLlm.Testing.Meshes;

/// <summary>
/// A Nebula mesh without packets. Who may reach whom is decided by what decides it in a real one: certificates, authorities, a
/// lighthouse that knows both, and the receiver's firewall. What is allowed becomes a connection on loopback.
/// </summary>
/// <param name="time">The clock certificates are judged by.</param>
public sealed class EmulatedMesh(TimeProvider time) : IMeshDialer
{
    private readonly Lock _gate = new();
    private readonly List<MeshPeer> _peers = [];

    /// <summary>Machines whose Nebula runs, in the order they came.</summary>
    public IReadOnlyList<MeshPeer> Peers
    {
        get
        {
            lock (_gate)
            {
                return [.. _peers];
            }
        }
    }

    /// <summary>A machine starts its Nebula.</summary>
    /// <param name="peer">The machine.</param>
    /// <returns>Ends its Nebula when disposed.</returns>
    public IDisposable Join(MeshPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_gate)
        {
            _peers.Add(peer);
        }

        return new Membership(this, peer);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> DialAsync(MeshIdentity self, IPEndPoint target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(self);
        ArgumentNullException.ThrowIfNull(target);
        var server = Route(self, target);
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where a connection ends, or why there is none: a real mesh would stay silent about it.</summary>
    private IPEndPoint Route(MeshIdentity self, IPEndPoint target)
    {
        var now = time.GetUtcNow();
        var own = NebulaCertificate.ParsePem(self.CertificatePem);
        var peer =
            Peers.FirstOrDefault(p => p.Address.Equals(target.Address))
            ?? Peers.FirstOrDefault(p => p.Certificate.UnsafeNetworks.Any(n => n.Contains(target.Address)))
            ?? throw new IOException($"Nobody has {target.Address} in the mesh.");
        Verify(CaPool.ParsePem(self.AuthorityPem), peer.Certificate, "refuses", now);
        Verify(peer.Authorities, own, "is refused by", now);
        if (!peer.IsLighthouse && !IsKnownToALighthouse(peer))
        {
            throw new IOException($"No lighthouse knows where '{peer.Certificate.Name}' is.");
        }

        FirewallPacket packet = new()
        {
            Direction = FirewallDirection.Inbound,
            LocalAddress = target.Address,
            RemoteAddress = self.Address,
            Protocol = FirewallProtocol.Tcp,
            Port = target.Port,
        };
        var verdict = new NodeFirewall(peer.Config.Firewall, peer.Certificate, peer.Authorities).Judge(packet, own);
        return !verdict.IsAllowed
            ? throw new IOException(verdict.Explanation)
            : peer.ServerAt(target)
                ?? throw new IOException($"Nothing listens on {target} ('{peer.Certificate.Name}').");
    }

    private static void Verify(CaPool authorities, NebulaCertificate certificate, string how, DateTimeOffset now)
    {
        var result = authorities.Verify(certificate, now);
        if (!result.IsValid)
        {
            throw new IOException($"'{certificate.Name}' {how} the other side: {result.Fault!.Message}");
        }
    }

    private bool IsKnownToALighthouse(MeshPeer peer) =>
        peer.Config.StaticHosts.Any(known =>
            Peers.Any(lighthouse =>
                lighthouse.IsLighthouse
                && lighthouse.Address.Equals(known.Address)
                && known.Endpoints.Any(e =>
                    e.Host == lighthouse.Underlay() && e.Port == (lighthouse.Config.Listen.Port ?? 0)
                )
            )
        );

    private void Leave(MeshPeer peer)
    {
        lock (_gate)
        {
            _peers.Remove(peer);
        }
    }

    private sealed class Membership(EmulatedMesh mesh, MeshPeer peer) : IDisposable
    {
        public void Dispose() => mesh.Leave(peer);
    }
}

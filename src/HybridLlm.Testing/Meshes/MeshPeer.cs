using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Testing.Meshes;

/// <summary>A machine whose Nebula runs, as the emulated mesh knows it.</summary>
public sealed class MeshPeer
{
    private readonly Dictionary<IPEndPoint, IPEndPoint> _services = [];

    /// <summary>Its certificate.</summary>
    public required NebulaCertificate Certificate { get; init; }

    /// <summary>Authorities it trusts.</summary>
    public required CaPool Authorities { get; init; }

    /// <summary>Its configuration.</summary>
    public required NebulaConfig Config { get; init; }

    /// <summary>Its address outside the mesh, as it is now; null without one.</summary>
    public required Func<string?> Underlay { get; init; }

    /// <summary>Its first address in the mesh.</summary>
    public IPAddress Address => Certificate.Networks[0].Address;

    /// <summary>Whether it is a lighthouse.</summary>
    public bool IsLighthouse => Config.Lighthouse.AmLighthouse == true;

    /// <summary>Lets a loopback server answer for a port of this machine.</summary>
    /// <param name="port">Port in the mesh.</param>
    /// <param name="server">Where the server really listens.</param>
    /// <returns>Ends it when disposed.</returns>
    public IDisposable Serve(int port, IPEndPoint server) => Serve(new IPEndPoint(Address, port), server);

    /// <summary>The same at an address behind this machine, which its certificate must carry as an unsafe network to be found.</summary>
    internal IDisposable Serve(IPEndPoint address, IPEndPoint server)
    {
        lock (_services)
        {
            _services[address] = server;
        }

        return new Service(this, address, server);
    }

    internal IPEndPoint? ServerAt(IPEndPoint address)
    {
        lock (_services)
        {
            return _services.GetValueOrDefault(address);
        }
    }

    private void End(IPEndPoint address, IPEndPoint server)
    {
        lock (_services)
        {
            if (_services.GetValueOrDefault(address) == server)
            {
                _services.Remove(address);
            }
        }
    }

    private sealed class Service(MeshPeer peer, IPEndPoint address, IPEndPoint server) : IDisposable
    {
        public void Dispose() => peer.End(address, server);
    }
}

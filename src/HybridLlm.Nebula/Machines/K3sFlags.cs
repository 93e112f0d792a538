using System.Net;

namespace HybridLlm.Nebula.Machines;

/// <summary>Flags that put k3s on the mesh: node addresses, flannel and the API server all use it.</summary>
public static class K3sFlags
{
    /// <summary>For <c>k3s server</c>.</summary>
    /// <param name="address">The node's address in the mesh.</param>
    /// <param name="device">Name of nebula's device; flannel takes its packet size from it.</param>
    public static IReadOnlyList<string> Server(IPAddress address, string device = "nebula1") =>
        [.. Agent(address, device), $"--advertise-address={address}", $"--tls-san={address}"];

    /// <summary>For <c>k3s agent</c>.</summary>
    /// <param name="address">The node's address in the mesh.</param>
    /// <param name="device">Name of nebula's device; flannel takes its packet size from it.</param>
    public static IReadOnlyList<string> Agent(IPAddress address, string device = "nebula1")
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(device);
        return [$"--node-ip={address}", $"--node-external-ip={address}", $"--flannel-iface={device}"];
    }
}

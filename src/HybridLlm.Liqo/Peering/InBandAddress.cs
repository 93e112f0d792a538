using System.Net;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// Where a consumer reaches the provider's API server through the tunnel: a proxy there, whose address is one of the provider's external
/// range as the consumer maps it.
/// </summary>
internal static class InBandAddress
{
    private const int Port = 8118;

    public static Target Proxy(PairFacts facts) =>
        Target.On(
            new ObjectKey(
                ClusterSide.Provider,
                Kinds.IpamAddress,
                facts.ProviderLiqoNamespace,
                LiqoNames.ApiServerProxy
            )
        ) with
        {
            IsOptional = true,
        };

    /// <summary>The address as a URL; null while the ranges are not mapped yet.</summary>
    /// <exception cref="LiqoRefusedException">The provider has no such proxy.</exception>
    public static string? Of(PairFacts facts)
    {
        var proxy = facts.World.Find(
            ClusterSide.Provider,
            Kinds.IpamAddress,
            facts.ProviderLiqoNamespace,
            LiqoNames.ApiServerProxy
        );
        if (!IPAddress.TryParse(proxy?.Status?.Ip, out var there))
        {
            throw new LiqoRefusedException(
                LiqoRefusal.ProxyMissing,
                $"The provider has no address '{LiqoNames.ApiServerProxy}' by which its API server is reached in-band.",
                "Install Liqo there with networking.enabled and proxy.enabled, or peer without InBand."
            );
        }

        return
            NetworkObjects.ConfigurationOn(facts, ClusterSide.Consumer)?.Status?.Remote?.Cidr?.External
                is [var mapped, ..]
            && IPNetwork.TryParse(mapped, out var range)
            ? $"http://{Map(there, range)}:{Port}"
            : null;
    }

    /// <summary>The host's part stays, the network's part is the mapped one.</summary>
    private static IPAddress Map(IPAddress address, IPNetwork range)
    {
        var bytes = address.GetAddressBytes();
        var network = range.BaseAddress.GetAddressBytes();
        for (var bit = 0; bit < Math.Min(range.PrefixLength, bytes.Length * 8); bit++)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            bytes[bit / 8] = (byte)((bytes[bit / 8] & ~mask) | (network[bit / 8] & mask));
        }

        return new IPAddress(bytes);
    }
}

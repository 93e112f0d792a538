using HybridLlm.Testing.Ec2.Catalogue;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>A subnet, in one zone.</summary>
internal sealed class Subnet(string id, DateTimeOffset created, Vpc vpc, Ipv4Block block, Zone zone)
    : Resource(Kind, id, created),
        IResource
{
    // EC2 keeps the first four addresses and the last one for itself.
    private const int ReservedFirst = 4;
    private const int Reserved = 5;

    public static ResourceKind Kind { get; } = new("subnet", "subnet", "InvalidSubnetID.NotFound", "subnet ID");

    public Vpc Vpc => vpc;

    public Ipv4Block Block => block;

    public Zone Zone => zone;

    public bool MapPublicIp { get; set; }

    /// <summary>Its IPv6 range, a /64; null without one.</summary>
    public Ipv6Block? Ipv6 { get; set; }

    /// <summary>Whether instances get an IPv6 address.</summary>
    public bool AssignIpv6 { get; set; }

    /// <summary>The next IPv6 address; null where none are assigned.</summary>
    public string? NextIpv6(RegionState region) =>
        AssignIpv6 ? Ipv6?.AddressAt(Interfaces(region).Count() + ReservedFirst) : null;

    public override string StateName => "available";

    public long FreeAddresses(RegionState region) => block.Size - Reserved - Interfaces(region).Count();

    /// <summary>Network interfaces that have an address here.</summary>
    public IEnumerable<NetworkInterface> Interfaces(RegionState region) =>
        region.All<NetworkInterface>().Where(i => i.Subnet == this);

    /// <summary>The lowest free address; null when all are taken.</summary>
    public string? NextAddress(RegionState region)
    {
        var taken = Interfaces(region).Select(i => i.PrivateIp).ToHashSet(StringComparer.Ordinal);
        for (long offset = ReservedFirst; offset < block.Size - 1; offset++)
        {
            var address = block.AddressAt(offset);
            if (!taken.Contains(address))
            {
                return address;
            }
        }

        return null;
    }
}

using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Nebula.Networks;

/// <summary>Who gets which addresses and pods: what is held or pinned first, then the lowest that is free.</summary>
internal sealed class AddressAllocation(MeshNetworkSpec spec, IReadOnlyList<AddressLedgerEntry> live)
{
    private readonly ILookup<string, AddressLedgerEntry> _liveByName = live.ToLookup(e => e.Name);
    private readonly HashSet<long> _taken = [];

    public List<NebulaFault> Faults { get; } = [];

    /// <summary>Each member's offset in the mesh range.</summary>
    public long[] Offsets()
    {
        var offsets = spec.Members.Select(m => PinnedOffset(m) ?? KeptOffset(m)).ToArray();
        _taken.UnionWith(offsets.OfType<long>());
        _taken.UnionWith(live.SelectMany(e => e.Networks).Select(n => OffsetOf(n.Address)).OfType<long>());

        // The shares are disjoint, so one walk through each serves all members of its role.
        Dictionary<MeshRole, Queue<long>> free = [];
        foreach (var role in spec.Members.Where((_, i) => offsets[i] is null).GroupBy(m => m.Role))
        {
            free[role.Key] = new Queue<long>(
                MeshShare.Of(role.Key, spec.Range).Offsets().Where(IsFree).Take(role.Count())
            );
        }

        return [.. spec.Members.Select((member, i) => offsets[i] ?? Next(member, free[member.Role]))];
    }

    /// <summary>Each member's slice of the pod range; null for those that route none.</summary>
    public NebulaPrefix?[] Pods()
    {
        if (spec.PodRange is not { } range)
        {
            return new NebulaPrefix?[spec.Members.Count];
        }

        var kept = spec.Members.Select(m => m.RoutesPods ? KeptPods(m, range) : null).ToArray();
        HashSet<long> taken =
        [
            .. live.SelectMany(e => e.UnsafeNetworks)
                .Concat(kept.OfType<NebulaPrefix>())
                .SelectMany(n => SlicesOf(n, range)),
        ];
        var wanted = spec.Members.Where((m, i) => m.RoutesPods && kept[i] is null).Count();
        Queue<long> free = new(Slices(range).Where(slice => !taken.Contains(slice)).Take(wanted));
        return
        [
            .. spec.Members.Select((member, i) => !member.RoutesPods ? null : kept[i] ?? NextPods(member, range, free)),
        ];
    }

    private bool IsFree(long offset)
    {
        var address = spec.Range.At(offset).Address;
        return !_taken.Contains(offset) && !spec.Reserved.Any(r => r.Contains(address));
    }

    private long? PinnedOffset(MeshMember member)
    {
        if (member.Address is not { } address)
        {
            return null;
        }

        var holder = live.LastOrDefault(e => e.Networks.Any(n => n.Address.Equals(address)));
        if (holder is not null && holder.Name != member.Name)
        {
            Faults.Add(
                new NebulaFault(
                    "mesh-address-held",
                    $"'{member.Name}' wants {address}, which a certificate of '{holder.Name}' holds until {holder.NotAfter:u}.",
                    "Pin another address, or wait until that certificate has ended."
                )
            );
        }

        return OffsetOf(address);
    }

    private long? KeptOffset(MeshMember member) =>
        _liveByName[member.Name]
            .SelectMany(e => e.Networks)
            .Select(n => OffsetOf(n.Address))
            .LastOrDefault(offset => offset is not null);

    private NebulaPrefix? KeptPods(MeshMember member, NebulaPrefix range) =>
        _liveByName[member.Name]
            .SelectMany(e => e.UnsafeNetworks)
            .Where(n => range.Contains(n) && n.Length == spec.PodPrefixLength)
            .Select(n => (NebulaPrefix?)n)
            .FirstOrDefault();

    private long Next(MeshMember member, Queue<long> free)
    {
        if (free.TryDequeue(out var offset))
        {
            return offset;
        }

        Faults.Add(
            new NebulaFault(
                "mesh-share-full",
                $"No address is left for '{member.Name}' in the share of {member.Role} in {spec.Range}.",
                "Use a wider range, or wait until certificates of nodes that are gone have ended."
            )
        );
        return 0;
    }

    private NebulaPrefix? NextPods(MeshMember member, NebulaPrefix range, Queue<long> free)
    {
        if (free.TryDequeue(out var slice))
        {
            var first = range.AddressBits + ((UInt128)slice << (32 - spec.PodPrefixLength));
            return new NebulaPrefix(first, isIPv6: false, spec.PodPrefixLength);
        }

        Faults.Add(
            new NebulaFault(
                "mesh-pods-full",
                $"No /{spec.PodPrefixLength} is left for the pods of '{member.Name}' in {range}.",
                "Use a wider pod range or longer slices."
            )
        );
        return null;
    }

    private IEnumerable<long> Slices(NebulaPrefix range)
    {
        for (var slice = 0L; slice < 1L << (spec.PodPrefixLength - range.Length); slice++)
        {
            yield return slice;
        }
    }

    // Which slices a network covers, wholly or in part.
    private IEnumerable<long> SlicesOf(NebulaPrefix network, NebulaPrefix range)
    {
        if (!network.Overlaps(range))
        {
            return [];
        }

        var shift = 32 - spec.PodPrefixLength;
        var first = (long)((network.Masked().AddressBits - range.AddressBits) >> shift);
        return network.Length >= spec.PodPrefixLength ? [first]
            : network.Contains(range) ? Slices(range)
            : Slices(range).Skip((int)first).Take(1 << (spec.PodPrefixLength - network.Length));
    }

    private long? OffsetOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && spec.Range.Contains(address)
            ? (long)(NebulaPrefix.Bits(address) - spec.Range.AddressBits)
            : null;
}

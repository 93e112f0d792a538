using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Nebula.Networks;

/// <summary>Gives every member its addresses. Pure: same spec, ledger and time, same plan.</summary>
public static class MeshNetworkPlanner
{
    /// <summary>
    /// Plans the mesh. A member keeps what a live certificate gives its name; a pinned address is honoured; everyone else gets the
    /// lowest address of the role's share that no live certificate holds.
    /// </summary>
    /// <param name="spec">The mesh.</param>
    /// <param name="ledger">Certificates issued before.</param>
    /// <param name="now">Decides which of them are alive.</param>
    /// <exception cref="NebulaValidationException">The spec conflicts with itself, with its surroundings or with the ledger.</exception>
    public static MeshNetworkPlan Plan(MeshNetworkSpec spec, AddressLedger ledger, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(ledger);
        NebulaValidationException.ThrowIfAny("The mesh network", [.. MeshNetworkRules.Faults(spec)]);

        Allocation allocation = new(spec, ledger.LiveAt(now).ToList());
        var offsets = allocation.Offsets();
        var pods = allocation.Pods();
        NebulaValidationException.ThrowIfAny("The mesh network", allocation.Faults);

        return new MeshNetworkPlan(spec, [.. spec.Members.Select((m, i) => Assign(spec, m, offsets[i], pods[i]))]);
    }

    private static MeshAssignment Assign(MeshNetworkSpec spec, MeshMember member, long offset, NebulaPrefix? pods)
    {
        List<NebulaPrefix> networks = [At(spec.Range, offset)];
        if (spec.RangeV6 is { } rangeV6)
        {
            networks.Add(At(rangeV6, offset));
        }

        return new MeshAssignment
        {
            Member = member,
            Networks = networks,
            UnsafeNetworks = pods is { } slice ? [.. member.UnsafeNetworks, slice] : member.UnsafeNetworks,
            Pods = pods,
            Groups = [MeshGroups.Of(member.Role), .. member.Groups.Where(g => g != MeshGroups.Of(member.Role))],
        };
    }

    private static NebulaPrefix At(NebulaPrefix range, long offset) =>
        new(range.AddressBits + (UInt128)offset, range.IsIPv6, range.Length);

    /// <summary>What is taken, and what follows from it.</summary>
    private sealed class Allocation(MeshNetworkSpec spec, List<AddressLedgerEntry> live)
    {
        private readonly HashSet<long> _taken = [];

        public List<NebulaFault> Faults { get; } = [];

        public long[] Offsets()
        {
            var offsets = spec.Members.Select(m => PinnedOffset(m) ?? KeptOffset(m)).ToArray();
            _taken.UnionWith(offsets.OfType<long>());
            _taken.UnionWith(live.SelectMany(e => e.Networks).Select(n => OffsetOf(n.Address)).OfType<long>());
            return [.. spec.Members.Select((member, i) => offsets[i] ?? LowestFree(member))];
        }

        public NebulaPrefix?[] Pods()
        {
            if (spec.PodRange is not { } range)
            {
                return new NebulaPrefix?[spec.Members.Count];
            }

            var kept = spec.Members.Select(m => m.RoutesPods ? KeptPods(m, range) : null).ToArray();
            var taken = live.SelectMany(e => e.UnsafeNetworks).Concat(kept.OfType<NebulaPrefix>()).ToList();
            for (var i = 0; i < kept.Length; i++)
            {
                if (spec.Members[i].RoutesPods && kept[i] is null)
                {
                    kept[i] = LowestFreePods(spec.Members[i], range, taken);
                    taken.AddRange(kept[i] is { } slice ? [slice] : []);
                }
            }

            return kept;
        }

        private long? PinnedOffset(MeshMember member)
        {
            if (member.Address is not { } address)
            {
                return null;
            }

            if (HolderOf(address) is { } holder && holder.Name != member.Name)
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
            live.Where(e => e.Name == member.Name)
                .SelectMany(e => e.Networks)
                .Select(n => OffsetOf(n.Address))
                .LastOrDefault(offset => offset is not null);

        private NebulaPrefix? KeptPods(MeshMember member, NebulaPrefix range)
        {
            var own = live.Where(e => e.Name == member.Name).SelectMany(e => e.UnsafeNetworks);
            foreach (var slice in own.Where(n => range.Contains(n) && n.Length == spec.PodPrefixLength))
            {
                return slice;
            }

            return null;
        }

        private long LowestFree(MeshMember member)
        {
            foreach (var offset in MeshShare.Of(member.Role, spec.Range).Offsets())
            {
                var address = At(spec.Range, offset).Address;
                if (!_taken.Contains(offset) && !spec.Reserved.Any(r => r.Contains(address)))
                {
                    _taken.Add(offset);
                    return offset;
                }
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

        private NebulaPrefix? LowestFreePods(MeshMember member, NebulaPrefix range, List<NebulaPrefix> taken)
        {
            var step = UInt128.One << (32 - spec.PodPrefixLength);
            for (var i = 0L; i < 1L << (spec.PodPrefixLength - range.Length); i++)
            {
                NebulaPrefix slice = new(range.AddressBits + ((UInt128)i * step), isIPv6: false, spec.PodPrefixLength);
                if (!taken.Any(slice.Overlaps))
                {
                    return slice;
                }
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

        private AddressLedgerEntry? HolderOf(IPAddress address) =>
            live.LastOrDefault(e => e.Networks.Any(n => n.Address.Equals(address)));

        private long? OffsetOf(IPAddress address) =>
            address.AddressFamily == AddressFamily.InterNetwork && spec.Range.Contains(address)
                ? (long)(NebulaPrefix.Bits(address) - spec.Range.AddressBits)
                : null;
    }
}

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

        AddressAllocation allocation = new(spec, [.. ledger.LiveAt(now)]);
        var offsets = allocation.Offsets();
        var pods = allocation.Pods();
        NebulaValidationException.ThrowIfAny("The mesh network", allocation.Faults);

        return new MeshNetworkPlan(spec, [.. spec.Members.Select((m, i) => Assign(spec, m, offsets[i], pods[i]))]);
    }

    private static MeshAssignment Assign(MeshNetworkSpec spec, MeshMember member, long offset, NebulaPrefix? pods)
    {
        List<NebulaPrefix> networks = [spec.Range.At(offset)];
        if (spec.RangeV6 is { } rangeV6)
        {
            networks.Add(rangeV6.At(offset));
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
}

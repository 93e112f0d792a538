using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Rotation;

/// <summary>
/// Changes a mesh's authority without losing a packet: add the new one everywhere, reissue every certificate, drop the old
/// one. A phase begins only when every node has been seen to have finished the one before, so at any moment each node trusts
/// the issuer of every other. Pure: effects are the tasks of the state.
/// </summary>
public static class AuthorityRotation
{
    /// <summary>Begins a rotation; no node has been seen yet.</summary>
    /// <param name="old">The authority to leave.</param>
    /// <param name="replacement">The authority to go to.</param>
    /// <param name="nodes">Names of every node of the mesh.</param>
    /// <param name="now">Both authorities must be valid now.</param>
    /// <exception cref="NebulaValidationException">The rotation could not be safe.</exception>
    public static RotationState Begin(
        NebulaCertificate old,
        NebulaCertificate replacement,
        IReadOnlyList<string> nodes,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(replacement);
        ArgumentNullException.ThrowIfNull(nodes);
        NebulaValidationException.ThrowIfAny("The rotation", [.. Faults(old, replacement, nodes, now)]);
        return new RotationState
        {
            Old = old.Fingerprint,
            New = replacement.Fingerprint,
            Nodes = [.. nodes.Select(Unseen)],
        };
    }

    /// <summary>Applies an event.</summary>
    public static RotationOutcome Apply(RotationState state, RotationEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        return happened switch
        {
            RotationEvent.NodeSeen seen => See(state, seen),
            RotationEvent.NodeJoined joined => Join(state, joined.Name),
            RotationEvent.NodeLeft left => Changed(
                state with
                {
                    Nodes = [.. state.Nodes.Where(n => n.Name != left.Name)],
                }
            ),
            RotationEvent.Advance => Advance(state),
            RotationEvent.TurnBack => Changed(TurnBack(state)),
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, null),
        };
    }

    private static RotationOutcome See(RotationState state, RotationEvent.NodeSeen seen)
    {
        if (state.Nodes.All(n => n.Name != seen.Name))
        {
            return Refused(
                state,
                "rotation-unknown-node",
                $"'{seen.Name}' is no node of this rotation.",
                "Let it join the rotation first."
            );
        }

        RotationNode node = new(
            seen.Name,
            seen.Trusts.Contains(state.Old),
            seen.Trusts.Contains(state.New),
            seen.Issuer == state.New
        );
        return Changed(state with { Nodes = [.. state.Nodes.Select(n => n.Name == node.Name ? node : n)] });
    }

    private static RotationOutcome Join(RotationState state, string name) =>
        state.Nodes.Any(n => n.Name == name)
            ? Refused(
                state,
                "rotation-known-node",
                $"'{name}' is a node of this rotation already.",
                "Give the new node a name of its own."
            )
            : Changed(state with { Nodes = [.. state.Nodes, Unseen(name)] });

    private static RotationOutcome Advance(RotationState state)
    {
        if (state.Phase == RotationPhase.Done)
        {
            return Refused(
                state,
                "rotation-done",
                "The rotation is done.",
                "Begin another to change the authority again."
            );
        }

        var behind = state.Nodes.Where(n => !state.HasArrived(n)).Select(n => n.Name).ToList();
        return behind.Count == 0
            ? Changed(state with { Phase = state.Phase + 1 })
            : Refused(
                state,
                "rotation-behind",
                $"{behind.Count} of {state.Nodes.Count} nodes have not finished {state.Phase}: {string.Join(", ", behind)}.",
                "Give them their files, reload them, and report what they then have; or let nodes that are gone leave."
            );
    }

    // A node may have got its files and not been seen since, so what was believed of it must be seen again.
    private static RotationState TurnBack(RotationState state) =>
        new()
        {
            Old = state.New,
            New = state.Old,
            Nodes = [.. state.Nodes.Select(n => Unseen(n.Name))],
        };

    private static RotationNode Unseen(string name) =>
        new(name, TrustsOld: false, TrustsNew: false, IssuedByNew: false);

    private static RotationOutcome Changed(RotationState state) => new(state, null);

    private static RotationOutcome Refused(RotationState state, string code, string message, string remedy) =>
        new(state, new NebulaFault(code, message, remedy));

    private static IEnumerable<NebulaFault> Faults(
        NebulaCertificate old,
        NebulaCertificate replacement,
        IReadOnlyList<string> nodes,
        DateTimeOffset now
    )
    {
        foreach (var authority in new[] { old, replacement })
        {
            if (!authority.IsCa)
            {
                yield return new(
                    "ca-not-an-authority",
                    $"'{authority.Name}' is a host's certificate.",
                    "Give two authorities' certificates."
                );
            }
            else if (!authority.IsValidAt(now))
            {
                yield return new(
                    "rotation-authority-invalid",
                    $"The authority '{authority.Name}' is valid from {authority.NotBefore:u} to {authority.NotAfter:u}, not at {now:u}.",
                    "A rotation without a break needs both; begin before the old one ends."
                );
            }
        }

        if (old.Equals(replacement))
        {
            yield return new(
                "rotation-same",
                $"'{old.Name}' would be replaced by itself.",
                "Make a new authority first."
            );
        }

        if (old.Curve != replacement.Curve)
        {
            yield return new(
                "rotation-curve",
                $"The old authority is on {old.Curve}, the new one on {replacement.Curve}; hosts of two curves cannot talk.",
                $"Make the new authority on {old.Curve}."
            );
        }

        if (nodes.Count == 0 || nodes.Distinct().Count() < nodes.Count)
        {
            yield return new(
                "rotation-nodes",
                "The list of nodes is empty or names one twice.",
                "Name every node of the mesh once."
            );
        }
    }
}

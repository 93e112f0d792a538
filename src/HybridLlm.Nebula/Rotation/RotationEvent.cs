namespace HybridLlm.Nebula.Rotation;

/// <summary>Something that moves a rotation.</summary>
public abstract record RotationEvent
{
    private RotationEvent() { }

    /// <summary>A node was seen: over ssh, by its metrics, by the deployer that wrote its files and reloaded it.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Trusts">Fingerprints of the authorities it trusts.</param>
    /// <param name="Issuer">Fingerprint of the authority its certificate comes from.</param>
    public sealed record NodeSeen(string Name, IReadOnlyList<string> Trusts, string Issuer) : RotationEvent;

    /// <summary>A node joined the mesh and has not been seen yet.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record NodeJoined(string Name) : RotationEvent;

    /// <summary>A node left the mesh for good.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record NodeLeft(string Name) : RotationEvent;

    /// <summary>Go on to the next phase.</summary>
    public sealed record Advance : RotationEvent;

    /// <summary>Go back: the same rotation in the other direction, as safe as forward.</summary>
    public sealed record TurnBack : RotationEvent;
}

/// <summary>What an event did.</summary>
/// <param name="State">The rotation after it.</param>
/// <param name="Refusal">Why it did nothing; null when it did.</param>
public sealed record RotationOutcome(RotationState State, NebulaFault? Refusal);

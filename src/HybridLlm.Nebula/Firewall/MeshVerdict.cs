namespace HybridLlm.Nebula.Firewall;

/// <summary>A thing that must be right for a packet to arrive, in the order a packet meets them.</summary>
public enum MeshStage
{
    /// <summary>The source finds which node to send it to.</summary>
    Route,

    /// <summary>The two nodes can make a tunnel.</summary>
    Handshake,

    /// <summary>The source's firewall lets it out.</summary>
    Outbound,

    /// <summary>The destination's firewall lets it in.</summary>
    Inbound,
}

/// <summary>How one stage went.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Passes">Whether the packet passes it.</param>
/// <param name="Explanation">Why, for people.</param>
public sealed record MeshStep(MeshStage Stage, bool Passes, string Explanation);

/// <summary>Whether a packet arrives. Its answer then does too: firewalls remember what they let through.</summary>
/// <param name="Steps">All stages, also those after one that fails, so that everything to mend shows at once.</param>
public sealed record MeshVerdict(IReadOnlyList<MeshStep> Steps)
{
    /// <summary>Whether it passes every stage.</summary>
    public bool IsAllowed => Steps.All(s => s.Passes);

    /// <summary>One line a stage.</summary>
    public override string ToString() =>
        string.Join(
            Environment.NewLine,
            Steps.Select(s => $"{(s.Passes ? "passes" : "FAILS ")} {s.Stage}: {s.Explanation}")
        );
}

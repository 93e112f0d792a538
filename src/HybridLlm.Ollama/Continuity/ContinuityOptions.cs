namespace HybridLlm.Ollama.Continuity;

/// <summary>How far an answer is followed.</summary>
public sealed class ContinuityOptions
{
    /// <summary>Moves to another server an answer may make, those before its first byte included; 0 or more.</summary>
    public int MaxMigrations { get; set; } = 3;

    /// <summary>
    /// Whether an answer of which something has been delivered goes on only at a server of the version it began at: another may render
    /// or round otherwise. False lets another version go on, too, or one that was not told, and such an answer is never called
    /// exact. Of the same weights, by digest, the server must be either way.
    /// </summary>
    public bool RequireSameVersion { get; set; } = true;

    /// <summary>
    /// Longest silence between two lines, once there was one; then the server counts as lost. Null waits for ever. Ollama itself
    /// never gives up on a stopped runner. Before the first line there is no limit: a load may take minutes.
    /// </summary>
    public TimeSpan? StallLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest the last line of a continued answer is held back to prove that it is exact; zero never tries.</summary>
    public TimeSpan ProofLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long what a server said about its version, its models and their templates is taken to hold.</summary>
    public TimeSpan IdentityLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}

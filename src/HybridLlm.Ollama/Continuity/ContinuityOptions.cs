namespace HybridLlm.Ollama.Continuity;

/// <summary>How far an answer is followed.</summary>
public sealed class ContinuityOptions
{
    /// <summary>Moves to another server an answer may make, those before its first byte included; 0 or more.</summary>
    public int MaxMigrations { get; set; } = 3;

    /// <summary>
    /// Whether an answer goes on only at a server of the version it began at. Otherwise another version will do, and its text is not
    /// called exact.
    /// </summary>
    public bool RequireSameVersion { get; set; }

    /// <summary>
    /// Longest silence between two lines, once there was one; then the server counts as lost. Null waits for ever. Ollama itself
    /// never gives up on a stopped runner. Before the first line there is no limit: a load may take minutes.
    /// </summary>
    public TimeSpan? StallLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest the last line of a continued answer is held back to prove that it is exact; zero never tries.</summary>
    public TimeSpan ProofLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long what a server said about its version and models is taken to hold.</summary>
    public TimeSpan IdentityLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}

namespace HybridLlm.Nebula.Keys;

/// <summary>How expensive a passphrase is to guess: the cost of Argon2id, RFC 9106.</summary>
public sealed record Argon2Settings
{
    /// <summary>Memory, KiB, 8 or more; nebula-cert's default of 2 GiB.</summary>
    public int MemoryKiB { get; init; } = 2 * 1024 * 1024;

    /// <summary>Passes over the memory, 1 or more.</summary>
    public int Iterations { get; init; } = 1;

    /// <summary>Lanes, 1..255.</summary>
    public int Parallelism { get; init; } = 4;
}

/// <summary>What reading a key may cost at most: a file names its own price, and a hostile one asks for 4 TiB.</summary>
public sealed record Argon2Limits
{
    /// <summary>Most memory, KiB; nebula-cert's default of 2 GiB fits.</summary>
    public int MaxMemoryKiB { get; init; } = 2 * 1024 * 1024;

    /// <summary>Most memory times passes, KiB: a measure of the time it takes.</summary>
    public long MaxWorkKiB { get; init; } = 8L * 1024 * 1024;
}

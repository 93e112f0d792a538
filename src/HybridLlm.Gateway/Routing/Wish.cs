namespace HybridLlm.Gateway.Routing;

/// <summary>What a request needs of a server.</summary>
internal sealed record Wish
{
    /// <summary>Full name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Hash of the beginning of its prompt: requests with the same one go to the same server, whose cache may hold it.</summary>
    public int Prefix { get; init; }

    /// <summary>Servers at home only.</summary>
    public bool AtHome { get; init; }

    /// <summary>An answer that has begun: it goes before those that have not, and waits for a server to come back.</summary>
    public bool Begun { get; init; }

    /// <summary>Weights the answer began with; servers that have them come first. Null if it has not begun or nobody knows.</summary>
    public string? Digest { get; init; }

    /// <summary>Server version the answer began with, for the same.</summary>
    public string? Version { get; init; }

    /// <summary>Servers this request failed on; taken again only where there is no other.</summary>
    public IReadOnlyList<string> Avoid { get; init; } = [];
}

namespace HybridLlm.Liqo.Resources;

/// <summary>
/// A Kubernetes object as far as this package reads or writes it; fields not named here are left alone on the server.
/// </summary>
internal abstract record ClusterObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public required ObjectMeta Metadata { get; init; }

    public string Name => Metadata.Name;
    public string? Namespace => Metadata.Namespace;

    /// <summary>Whether deletion was asked for and something still holds the object.</summary>
    public bool IsGoing => Metadata.DeletionTimestamp is not null;

    /// <summary>What keeps the object, for messages: its finalizers, or nothing known.</summary>
    public string Holders => Metadata.Finalizers is { Count: > 0 } held ? string.Join(", ", held) : "nothing it names";

    public string? Label(string name) => Metadata.Labels?.GetValueOrDefault(name);

    public string? Annotation(string name) => Metadata.Annotations?.GetValueOrDefault(name);
}

/// <summary>Kubernetes' ObjectMeta, as far as it matters here.</summary>
internal sealed record ObjectMeta
{
    public required string Name { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public long? Generation { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public IReadOnlyList<string>? Finalizers { get; init; }
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }
}

/// <summary>Kubernetes' OwnerReference: with whom an object goes.</summary>
internal sealed record OwnerReference
{
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required string Uid { get; init; }
}

/// <summary>The condition both Kubernetes and Liqo write; a list may hold a type more than once.</summary>
internal sealed record Condition
{
    public required string Type { get; init; }
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public long? ObservedGeneration { get; init; }

    public override string ToString() =>
        string.IsNullOrEmpty(Message) ? $"{Type} is {Status}" : $"{Type} is {Status} ({Message})";
}

/// <summary>An object of which only the metadata matters here.</summary>
internal sealed record PlainObject : ClusterObject;

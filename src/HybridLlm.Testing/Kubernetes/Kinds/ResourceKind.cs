using HybridLlm.Testing.Kubernetes.Schemas;

namespace HybridLlm.Testing.Kubernetes.Kinds;

/// <summary>A kind of object in one version of its API group, as discovery lists it.</summary>
internal sealed record ResourceKind
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public string Singular { get; init; } = "";

    public required string ListKind { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public required bool IsNamespaced { get; init; }

    /// <summary>Whether <c>status</c> is written apart from the rest.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts changes of what is wanted.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Whether an update may leave out the resourceVersion, and so overwrite unseen changes.</summary>
    public bool AllowsBlindUpdate { get; init; }

    /// <summary>Whether an update of what is not there creates it.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>Whether DELETE answers the object itself, not a Status.</summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>Only answers POST, e.g. SelfSubjectAccessReview; nothing of it is stored.</summary>
    public bool IsReview { get; init; }

    /// <summary>Subresources besides <c>status</c>, with the verbs they take.</summary>
    public IReadOnlyDictionary<string, string[]> Subresources { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Set for custom resources only.</summary>
    public StructuralSchema? Schema { get; init; }

    public bool IsCustom => Schema is not null;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>What the storage and messages call it, e.g. <c>pods</c> or <c>tenants.authentication.liqo.io</c>.</summary>
    public string Resource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>What validation messages call it, e.g. <c>Pod</c> or <c>Deployment.apps</c>.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}

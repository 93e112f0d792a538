namespace HybridLlm.Testing.Kubernetes;

/// <summary>One call that reached an emulated API server.</summary>
public sealed record ClusterCall
{
    /// <summary>When it came, by the cluster's clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>
    /// Kubernetes verb: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>,
    /// <c>deletecollection</c>; outside the API the method in lower case.
    /// </summary>
    public required string Verb { get; init; }

    /// <summary>API group; empty for the core group and outside the API.</summary>
    public string Group { get; init; } = "";

    /// <summary>Plural, e.g. <c>secrets</c>; empty outside the API.</summary>
    public string Resource { get; init; } = "";

    /// <summary>E.g. <c>status</c>; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Empty for cluster-scoped kinds and lists over all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty for lists, and for creations that leave the name to the server.</summary>
    public string Name { get; init; } = "";

    /// <summary>Path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>Who called, or was impersonated; empty when the caller could not be authenticated.</summary>
    public required string User { get; init; }

    /// <summary>HTTP status answered; 0 when nothing was answered.</summary>
    public required int Status { get; init; }

    /// <summary>Whether the verb changes something when it succeeds.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection";
}

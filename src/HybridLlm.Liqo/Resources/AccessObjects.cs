namespace HybridLlm.Liqo.Resources;

/// <summary>Kubernetes rbac.authorization.k8s.io/v1 RoleBinding.</summary>
internal sealed record RoleBinding : ClusterObject
{
    public required RoleReference RoleRef { get; init; }
    public IReadOnlyList<RoleSubject>? Subjects { get; init; }
}

internal sealed record RoleReference
{
    public string? ApiGroup { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
}

internal sealed record RoleSubject
{
    public string? ApiGroup { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
}

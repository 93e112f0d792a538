using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Access;

/// <summary>What somebody wants to do.</summary>
internal sealed record AccessQuestion
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    /// <summary>With its subresource, e.g. <c>tenants/status</c>; empty for a path outside the API.</summary>
    public string Resource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Of a request outside the API.</summary>
    public string Path { get; init; } = "";

    public static AccessQuestion Of(ApiTarget target) =>
        target.IsResource
            ? new AccessQuestion
            {
                Verb = target.Verb,
                Group = target.Group,
                Resource = target.RuleResource,
                Namespace = target.Namespace,
                Name = target.Name,
            }
            : new AccessQuestion { Verb = target.Verb, Path = target.Path };

    /// <summary>A refusal in the server's words.</summary>
    public string Refusal(ClusterUser user) =>
        Resource.Length == 0
            ? $"User \"{user.Name}\" cannot {Verb} path \"{Path}\""
            : $"User \"{user.Name}\" cannot {Verb} resource \"{Resource}\" in API group \"{Group}\" "
                + (Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{Namespace}\"");
}

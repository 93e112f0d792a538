using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Steps;

/// <summary>One thing an operation does to, or awaits of, one Kubernetes object.</summary>
public sealed record LiqoStep
{
    /// <summary>On which cluster.</summary>
    public required ClusterSide Cluster { get; init; }

    /// <summary>What is done.</summary>
    public required LiqoVerb Verb { get; init; }

    /// <summary>API group and version of the object, e.g. <c>authentication.liqo.io/v1beta1</c>; <c>v1</c> for Kubernetes' core.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>Kind of the object, e.g. <c>ResourceSlice</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Namespace of the object; null for cluster-wide kinds.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name of the object; for a wait on several, what they have in common.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for; of a wait, what is awaited.</summary>
    public required string Purpose { get; init; }

    /// <summary>
    /// JSON written: the whole object, or of an update the fields that change. Null for deletions and waits, for secrets,
    /// and while an earlier step has yet to bring what it needs.
    /// </summary>
    public string? Content { get; init; }

    /// <summary>Longest a wait lasts; null for other steps.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>
    /// Whether it overrides somebody who is not there to agree: a finalizer taken away, a pod deleted without its node's
    /// word that it ended.
    /// </summary>
    public bool IsForced { get; init; }

    /// <summary>E.g. <c>provider: create Secret liqo-tenant-home/liqo-nonce: the provider's challenge</c>.</summary>
    public override string ToString()
    {
        var place = Namespace is null ? Name : $"{Namespace}/{Name}";
        var side = Cluster == ClusterSide.Consumer ? "consumer" : "provider";
        var verb = Verb switch
        {
            LiqoVerb.Create => "create",
            LiqoVerb.Update => "update",
            LiqoVerb.Delete => IsForced ? "delete at once" : "delete",
            LiqoVerb.Release => "release",
            _ => "wait for",
        };
        return $"{side}: {verb} {Kind} {place}: {Purpose}";
    }

    /// <summary>Whether both do the same to the same object; what is written may have become known in between.</summary>
    internal bool IsSameAs(LiqoStep other) =>
        (Cluster, Verb, Kind, Namespace, Name) == (other.Cluster, other.Verb, other.Kind, other.Namespace, other.Name);
}

using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>An authorised request to a kind that is served.</summary>
internal sealed record ApiCall
{
    public required ApiTarget Target { get; init; }

    public required ResourceKind Kind { get; init; }

    public required ClusterUser User { get; init; }

    public string UserAgent { get; init; } = "";

    public string ContentType { get; init; } = "application/json";

    public byte[] Body { get; init; } = [];

    public IReadOnlyDictionary<string, string> Queries { get; init; } = new Dictionary<string, string>();

    public ObjectKey Key => new(Kind.IsNamespaced ? Target.Namespace : "", Target.Name);

    public bool IsDryRun => Query("dryRun") == "All";

    /// <summary>Who a plain write is recorded for.</summary>
    public string FieldManager =>
        Query("fieldManager") is { Length: > 0 } named ? named
        : UserAgent.Length > 0 ? UserAgent.Split('/')[0]
        : "unknown";

    /// <summary>Empty when the query has no such part.</summary>
    public string Query(string name) => Queries.GetValueOrDefault(name, "");

    public bool IsAsked(string name) => Query(name) is "true" or "1";
}

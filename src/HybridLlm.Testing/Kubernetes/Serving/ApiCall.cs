using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Storage;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>An authorised request to a kind that is served.</summary>
internal sealed record ApiCall
{
    public required HttpContext Http { get; init; }

    public required ApiTarget Target { get; init; }

    public required ResourceKind Kind { get; init; }

    public required ClusterUser User { get; init; }

    public CancellationToken Aborted => Http.RequestAborted;

    public ObjectKey Key => new(Kind.IsNamespaced ? Target.Namespace : "", Target.Name);

    public bool IsDryRun => Query("dryRun") == "All";

    public string ContentType => (Http.Request.ContentType ?? "application/json").Split(';')[0].Trim();

    /// <summary>Who a plain write is recorded for.</summary>
    public string FieldManager =>
        Query("fieldManager") is { Length: > 0 } named ? named
        : Http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent.Split('/')[0]
        : "unknown";

    public string Query(string name) => Http.Request.Query[name].ToString();

    public async Task<byte[]> ReadBodyAsync()
    {
        using MemoryStream bytes = new();
        await Http.Request.Body.CopyToAsync(bytes, Aborted).ConfigureAwait(false);
        return bytes.ToArray();
    }
}

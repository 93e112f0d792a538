namespace HybridLlm.Liqo.Clusters;

/// <summary>An API server refused a call.</summary>
public sealed class KubernetesCallException : LiqoException
{
    internal KubernetesCallException(
        Uri server,
        string call,
        int status,
        string? reason,
        string message,
        KubernetesErrorKind kind
    )
        : base(
            $"{call} on {server.Authority}: {status} {reason ?? "without a reason"}: {message.Trim().TrimEnd('.')}.",
            StatusReasons.RemedyOf(kind)
        )
    {
        Server = server;
        Call = call;
        Status = status;
        Kind = kind;
    }

    /// <summary>The API server that refused.</summary>
    public Uri Server { get; }

    /// <summary>Method and path, e.g. <c>POST api/v1/namespaces</c>.</summary>
    public string Call { get; }

    /// <summary>HTTP status, 400–599.</summary>
    public int Status { get; }

    /// <summary>What the refusal means.</summary>
    public KubernetesErrorKind Kind { get; }

    /// <summary>Pause the server asks for before the next attempt; null when it asks for none.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>
/// A way in through Traefik. It lets only requests through that ask models something: who reaches the rest of Ollama can delete and replace models.
/// </summary>
public sealed record TraefikRoute
{
    /// <summary>Host name clients use, e.g. <c>ollama.lab.example</c>.</summary>
    public required string Host { get; init; }

    /// <summary>Secret with the host's certificate; null lets Traefik's default one do.</summary>
    public string? TlsSecret { get; init; }

    /// <summary>Traefik's entry point.</summary>
    public string EntryPoint { get; init; } = "websecure";

    /// <summary>Service it leads to, in the workload's namespace: the gateway's, which asks for keys; null for Ollama's own.</summary>
    public string? Service { get; init; }

    /// <summary>The service's port; 1 to 65535.</summary>
    public int Port { get; init; } = 11434;

    /// <summary>Traefik middlewares to pass, in the workload's namespace, e.g. one that asks for a password.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];
}

namespace HybridLlm.Liqo.Clusters;

/// <summary>A cluster has no Liqo, or not one that can be used.</summary>
public sealed class LiqoInstallationException : LiqoException
{
    internal LiqoInstallationException(Uri server, string problem, string remedy, LiqoVersion? version = null)
        : base($"The cluster at {server.Authority} cannot peer: {problem}.", remedy)
    {
        Server = server;
        Version = version;
    }

    /// <summary>The cluster's API server.</summary>
    public Uri Server { get; }

    /// <summary>Version found; null when none was.</summary>
    public LiqoVersion? Version { get; }
}

namespace HybridLlm.Liqo.Clusters;

/// <summary>An API server did not answer.</summary>
public sealed class ClusterUnreachableException : LiqoException
{
    internal ClusterUnreachableException(Uri server, string call, Exception cause)
        : base(
            $"{server.Authority} did not answer {call}: {cause.Message.TrimEnd('.')}.",
            "Check the way to the cluster. If it is gone for good, clean up with ForcedPeeringRemover.",
            cause
        ) => Server = server;

    /// <summary>The API server.</summary>
    public Uri Server { get; }
}

namespace HybridLlm.AwsGpu;

/// <summary>Base of what this package throws about AWS: what happened, why, and what the operator can do.</summary>
public class AwsGpuException : Exception
{
    internal AwsGpuException(string message, string remedy, Exception? cause = null)
        : base($"{message} {remedy}", cause) => Remedy = remedy;

    /// <summary>What the operator can do, one or two sentences.</summary>
    public string Remedy { get; }
}

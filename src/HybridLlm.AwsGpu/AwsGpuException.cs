namespace HybridLlm.AwsGpu;

/// <summary>Base of what this package throws for an operator to mend.</summary>
public class AwsGpuException : Exception
{
    internal AwsGpuException(string message, string remedy, Exception? cause = null)
        : base($"{message} {remedy}", cause) => Remedy = remedy;

    /// <summary>What the operator can do, one sentence.</summary>
    public string Remedy { get; }
}

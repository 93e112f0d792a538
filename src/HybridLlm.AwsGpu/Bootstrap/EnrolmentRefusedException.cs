namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>A node's request is not one to answer. Somebody else may have written it, so the launch is given up, not repeated.</summary>
public sealed class EnrolmentRefusedException : AwsGpuException
{
    internal EnrolmentRefusedException(IReadOnlyList<string> reasons)
        : base(
            $"The node's request is refused: {string.Join("; ", reasons)}.",
            "Terminate the instance and wake again; if it happens twice, look for who else can read its user data."
        ) => Reasons = reasons;

    /// <summary>Everything that is wrong with the request, in words.</summary>
    public IReadOnlyList<string> Reasons { get; }

    internal static EnrolmentRefusedException Because(string reason) => new([reason]);
}

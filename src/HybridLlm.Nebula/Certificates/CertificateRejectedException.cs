namespace HybridLlm.Nebula.Certificates;

/// <summary>A certificate did not pass verification.</summary>
public sealed class CertificateRejectedException : NebulaException
{
    internal CertificateRejectedException(VerificationFailure failure, NebulaFault fault)
        : base(fault) => Failure = failure;

    /// <summary>The check it failed.</summary>
    public VerificationFailure Failure { get; }
}

namespace HybridLlm.Nebula.Certificates;

/// <summary>Answer of <see cref="CaPool.Verify"/>.</summary>
/// <param name="Failure">The first check that failed; <see cref="VerificationFailure.None"/> when all passed.</param>
/// <param name="Authority">The authority that issued it, once found; null before.</param>
/// <param name="Fault">What is wrong and what to do; null when all passed.</param>
public sealed record VerificationResult(VerificationFailure Failure, NebulaCertificate? Authority, NebulaFault? Fault)
{
    /// <summary>Whether all checks passed.</summary>
    public bool IsValid => Failure == VerificationFailure.None;

    /// <summary>Throws unless all checks passed.</summary>
    /// <exception cref="CertificateRejectedException">A check failed.</exception>
    public void ThrowIfInvalid()
    {
        if (Fault is not null)
        {
            throw new CertificateRejectedException(Failure, Fault);
        }
    }
}

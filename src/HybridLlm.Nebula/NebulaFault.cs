namespace HybridLlm.Nebula;

/// <summary>One thing wrong with what was asked or read. The codes are listed in docs/errors.md.</summary>
/// <param name="Code">Stable name of the fault, e.g. <c>certificate-duplicate-network</c>.</param>
/// <param name="Message">What is wrong, with the offending value and the limit it breaks.</param>
/// <param name="Remedy">What the operator can do, one sentence.</param>
public sealed record NebulaFault(string Code, string Message, string Remedy)
{
    /// <summary>Message and remedy as one line.</summary>
    public override string ToString() => $"{Message} {Remedy}";
}

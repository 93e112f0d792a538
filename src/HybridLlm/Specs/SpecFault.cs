namespace HybridLlm.Specs;

/// <summary>One thing that is wrong with what was asked for.</summary>
/// <param name="Code">Stable code, listed in docs/errors.md, e.g. <c>HL102</c>.</param>
/// <param name="Message">What is wrong, with the offending value.</param>
/// <param name="Remedy">What to do, one sentence.</param>
public sealed record SpecFault(string Code, string Message, string Remedy)
{
    /// <summary>Code, message and remedy on one line.</summary>
    public override string ToString() => $"{Code}: {Message} {Remedy}";
}

namespace HybridLlm.AwsGpu.Identity;

/// <summary>Outcome of checking an identity document: one of the two is null.</summary>
/// <param name="Identity">The document's content when AWS signed it.</param>
/// <param name="Refusal">Why it is not believed, in words.</param>
public sealed record IdentityVerdict(InstanceIdentity? Identity, string? Refusal)
{
    internal static IdentityVerdict Refuse(string why) => new(null, why);
}

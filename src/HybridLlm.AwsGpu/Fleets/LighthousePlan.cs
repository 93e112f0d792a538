namespace HybridLlm.AwsGpu.Fleets;

/// <summary>What is still missing from the lighthouse.</summary>
/// <param name="Spec">The lighthouse wanted.</param>
/// <param name="Steps">Changes to make, in order; empty when it stands as wanted.</param>
public sealed record LighthousePlan(LighthouseSpec Spec, IReadOnlyList<LighthouseStep> Steps)
{
    /// <summary>Whether an instance is launched, so that <see cref="LighthouseProvisioner.ApplyAsync"/> needs user data.</summary>
    public bool Launches => Steps.Contains(LighthouseStep.LaunchInstance);
}

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Finds what is missing from a lighthouse. Pure.</summary>
internal static class LighthousePlanner
{
    public static LighthousePlan Plan(LighthouseSpec spec, LighthouseFacts facts)
    {
        InvalidSpecException.ThrowIfAny("The lighthouse spec", Faults(spec));
        var associated = facts.Instance is { } instance && facts.Address?.InstanceId == instance.InstanceId;
        return new LighthousePlan(
            spec,
            [
                .. Missing(LighthouseStep.AllocateAddress, facts.Address is not null),
                .. Missing(LighthouseStep.LaunchInstance, facts.Instance is not null),
                .. Missing(LighthouseStep.AssociateAddress, associated),
            ]
        );
    }

    private static IEnumerable<LighthouseStep> Missing(LighthouseStep step, bool stands) => stands ? [] : [step];

    private static IEnumerable<string?> Faults(LighthouseSpec spec) =>
        [
            string.IsNullOrWhiteSpace(spec.PlanId) ? "PlanId is empty" : null,
            NodeIntent.FaultOfId(spec.IntentId),
            spec.Attempt < 1 ? $"Attempt is {spec.Attempt}, must be 1 or more" : null,
            spec.RootVolumeGiB < 1 ? $"RootVolumeGiB is {spec.RootVolumeGiB}, must be 1 or more" : null,
        ];
}

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Finds what is missing from a lighthouse. Pure.</summary>
internal static class LighthousePlanner
{
    public static LighthousePlan Plan(LighthouseSpec spec, LighthouseFacts facts)
    {
        InvalidSpecException.ThrowIfAny("The lighthouse spec", Faults(spec));
        var impaired = IsImpaired(spec, facts);
        var stands = facts.Instance is not null && !impaired;
        var associated = stands && facts.Address?.InstanceId == facts.Instance!.InstanceId;
        return new LighthousePlan(
            spec,
            [
                .. Missing(LighthouseStep.AllocateAddress, facts.Address is not null),
                .. Missing(LighthouseStep.EndImpaired, !impaired),
                .. Missing(LighthouseStep.LaunchInstance, stands),
                .. Missing(LighthouseStep.AssociateAddress, associated),
            ]
        );
    }

    /// <summary>Whether the instance is to be replaced although it runs: its checks have failed for longer than a passing fault lasts.</summary>
    public static bool IsImpaired(LighthouseSpec spec, LighthouseFacts facts) =>
        facts.Instance is not null && facts.ImpairedFor >= spec.ReplaceWhenImpairedFor;

    private static IEnumerable<LighthouseStep> Missing(LighthouseStep step, bool stands) => stands ? [] : [step];

    private static IEnumerable<string?> Faults(LighthouseSpec spec) =>
        [
            string.IsNullOrWhiteSpace(spec.PlanId) ? "PlanId is empty" : null,
            NodeIntent.FaultOfId(spec.IntentId),
            spec.Attempt < 1 ? $"Attempt is {spec.Attempt}, must be 1 or more" : null,
            spec.ReplaceWhenImpairedFor < TimeSpan.FromMinutes(1)
                ? $"ReplaceWhenImpairedFor is {spec.ReplaceWhenImpairedFor}, must be 1 minute or more, or null"
                : null,
            spec.RootVolumeGiB < 1 ? $"RootVolumeGiB is {spec.RootVolumeGiB}, must be 1 or more" : null,
        ];
}

namespace HybridLlm.AwsGpu.Storage;

/// <summary>Finds what is missing from a bucket. Pure.</summary>
internal static class BucketPlanner
{
    public static BucketPlan Plan(BucketSpec spec, BucketFacts facts)
    {
        InvalidSpecException.ThrowIfAny("The bucket spec", Faults(spec, facts));
        return new BucketPlan(
            spec,
            [
                .. Missing(BucketStep.Create, facts.Exists),
                .. Missing(BucketStep.Tag, spec.Owner.Owns(facts.Tags)),
                .. Missing(BucketStep.BlockPublicAccess, facts.PublicAccessBlocked),
                .. Missing(BucketStep.EnableVersioning, facts.Versioned),
                .. Missing(BucketStep.ExpireMailbox, facts.MailboxExpires),
            ]
        );
    }

    private static IEnumerable<BucketStep> Missing(BucketStep step, bool stands) => stands ? [] : [step];

    private static IEnumerable<string?> Faults(BucketSpec spec, BucketFacts facts) =>
        [
            string.IsNullOrWhiteSpace(spec.PlanId) ? "PlanId is empty" : null,
            facts.Tags.Count > 0 && !spec.Owner.Owns(facts.Tags)
                ? $"the bucket {spec.Name} exists and its tags name another owner"
                : null,
        ];
}

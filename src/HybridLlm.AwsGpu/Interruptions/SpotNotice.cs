namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>EC2's announcement that it takes a spot instance.</summary>
/// <param name="InstanceId">EC2's id of the instance.</param>
/// <param name="Code">Status code of its spot request, <c>marked-for-termination</c> or <c>marked-for-stop</c>.</param>
/// <param name="GivenAt">When EC2 gave it, UTC; null when EC2 does not say.</param>
public sealed record SpotNotice(string InstanceId, string Code, DateTimeOffset? GivenAt)
{
    /// <summary>From the notice to the end of the instance, as a rule: EC2 promises no more than its best effort.</summary>
    public static readonly TimeSpan Warning = TimeSpan.FromMinutes(2);

    /// <summary>When the instance ends, UTC; null when EC2 does not say.</summary>
    public DateTimeOffset? EndsAt => GivenAt + Warning;
}

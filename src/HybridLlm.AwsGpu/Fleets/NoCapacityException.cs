using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>No pool gave a node. Nothing is rented.</summary>
public sealed class NoCapacityException : AwsGpuException
{
    internal NoCapacityException(NodeIntent intent, IReadOnlyList<PoolError> errors)
        : base(
            $"None of {intent.Pools.Count} {Name(intent.Market)} pools in {intent.Region} gave a node: {Summary(errors)}.",
            errors.Count > 0 ? AwsErrorCodes.RemedyOf(errors[0].Code) : AwsErrorCodes.RemedyOf("UnfulfillableCapacity")
        ) => Errors = errors;

    /// <summary>Every pool's error; empty when EC2 gave no reason.</summary>
    public IReadOnlyList<PoolError> Errors { get; }

    /// <summary>
    /// Whether no later attempt can do better before somebody changes something: every pool was refused for want of permission or for a parameter.
    /// </summary>
    public bool NeedsOperator =>
        Errors.Count > 0 && Errors.All(e => e.Kind is AwsErrorKind.Permission or AwsErrorKind.Invalid);

    private static string Name(InstanceMarket market) => market == InstanceMarket.Spot ? "spot" : "on-demand";

    private static string Summary(IReadOnlyList<PoolError> errors) =>
        errors.Count == 0 ? "EC2 gave no reason" : string.Join("; ", errors);
}

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>No machine image answers a query.</summary>
public sealed class AmiNotFoundException : AwsGpuException
{
    internal AmiNotFoundException(string region, string wanted)
        : base(
            $"The region {region} has no machine image {wanted}.",
            "Give the id of an image that exists there, or a query with another name or owner."
        ) { }
}

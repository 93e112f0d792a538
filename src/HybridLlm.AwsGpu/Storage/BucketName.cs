namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// The name of a cluster's bucket. Bucket names are shared by the whole world, so the name carries 128 bits that follow
/// from cluster and owner id: nobody else has it by chance, and it can always be found again.
/// </summary>
public static class BucketName
{
    private const int ReadableLength = 20;

    /// <summary>The bucket of <paramref name="owner"/>, at most 63 characters.</summary>
    /// <param name="owner">Whose bucket.</param>
    public static string For(ResourceOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var readable = owner.Cluster[..Math.Min(ReadableLength, owner.Cluster.Length)].TrimEnd('-');
        return $"hybridllm-{readable}-{owner.Fingerprint}";
    }
}

namespace HybridLlm.AwsGpu.Storage;

/// <summary>What a presigned URL allows.</summary>
public enum PresignVerb
{
    /// <summary>Reading the object.</summary>
    Get,

    /// <summary>Writing the object.</summary>
    Put,
}

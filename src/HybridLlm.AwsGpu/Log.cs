using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Network in {Region}: {Step}.")]
    public static partial void NetworkStepDone(ILogger logger, string region, NetworkStep step);

    [LoggerMessage(2002, LogLevel.Information, "Bucket {Bucket}: {Step}.")]
    public static partial void BucketStepDone(ILogger logger, string bucket, BucketStep step);

    [LoggerMessage(2003, LogLevel.Information, "Staged {Name} {Version} in bucket {Bucket}.")]
    public static partial void ArtifactStaged(ILogger logger, string name, string version, string bucket);
}

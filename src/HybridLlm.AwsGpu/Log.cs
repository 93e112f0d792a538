using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
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

    [LoggerMessage(2004, LogLevel.Information, "Intent {Intent}: launched {InstanceId}, {InstanceType} in {ZoneId}.")]
    public static partial void NodeLaunched(
        ILogger logger,
        string intent,
        string instanceId,
        string instanceType,
        string? zoneId
    );

    [LoggerMessage(2005, LogLevel.Information, "Intent {Intent}: {InstanceId} of an earlier launch is alive.")]
    public static partial void NodeAdopted(ILogger logger, string intent, string instanceId);

    [LoggerMessage(2006, LogLevel.Information, "Lighthouse in {Region}: {Step}.")]
    public static partial void LighthouseStepDone(ILogger logger, string region, LighthouseStep step);

    [LoggerMessage(2007, LogLevel.Information, "Deleted {Kind} {Id} in {Region}.")]
    public static partial void ResourceDeleted(ILogger logger, OwnedResourceKind kind, string id, string region);

    [LoggerMessage(2008, LogLevel.Information, "Teardown of {Cluster}, {Scope}: {Asked} found, {Left} still there.")]
    public static partial void TeardownDone(ILogger logger, string cluster, TeardownScope scope, int asked, int left);

    [LoggerMessage(
        2009,
        LogLevel.Warning,
        "Ended {InstanceId} of {Cluster}: unknown or past its end; its intent is {Intent}."
    )]
    public static partial void GarbageEnded(ILogger logger, string instanceId, string cluster, string intent);

    [LoggerMessage(
        2010,
        LogLevel.Warning,
        "The fleet quota of {Region} is used up: {Count} records of ended fleets deleted."
    )]
    public static partial void EndedFleetsDeleted(ILogger logger, int count, string region);
}

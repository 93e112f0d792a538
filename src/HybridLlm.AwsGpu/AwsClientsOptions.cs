using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridLlm.AwsGpu;

/// <summary>How AWS is reached.</summary>
public sealed class AwsClientsOptions
{
    /// <summary>Key to sign with; null takes AWS's default chain (environment, profile, instance role).</summary>
    public AwsAccessKey? AccessKey { get; set; }

    /// <summary>One address that answers EC2, S3 (path style), SQS, SSM and STS, for emulators; null reaches AWS itself.</summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>Region asked for what belongs to none: the account and the list of regions.</summary>
    public string HomeRegion { get; set; } = "us-east-1";

    /// <summary>Clock of back-offs, polls, presigned URLs and leases.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where launches, renewals and deletions are logged.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Wraps the transport of every call, so that tests can count and break calls on the wire.</summary>
    internal Func<HttpMessageHandler, HttpMessageHandler>? WrapTransport { get; set; }
}

using Microsoft.Extensions.Logging;

namespace HybridLlm.Gateway.Hosting;

/// <summary>What is logged. Never a prompt, an answer or a key.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(
        5001,
        LogLevel.Information,
        "An answer moved from {From} to {To} after {Characters} characters ({Method}): {Cause}"
    )]
    public static partial void Moved(ILogger logger, Uri from, Uri to, int characters, string method, string cause);

    [LoggerMessage(5002, LogLevel.Warning, "{Path} got {Status}: {Reason}")]
    public static partial void Refused(ILogger logger, string path, int status, string reason, Exception? cause);

    [LoggerMessage(5003, LogLevel.Error, "{Path} failed.")]
    public static partial void Failed(ILogger logger, string path, Exception cause);
}

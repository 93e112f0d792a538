using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "{Step}")]
    public static partial void StepDone(ILogger logger, LiqoStep step);

    [LoggerMessage(3002, LogLevel.Warning, "Provider {Provider} is given up: {Reason}")]
    public static partial void GivenUp(ILogger logger, string provider, string reason);
}

using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "{Step}")]
    public static partial void StepDone(ILogger logger, LiqoStep step);
}

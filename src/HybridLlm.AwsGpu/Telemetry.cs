using System.Diagnostics;

namespace HybridLlm.AwsGpu;

/// <summary>Spans of what takes long or costs money; their source has the package's name.</summary>
internal static class Telemetry
{
    public static readonly ActivitySource Source = new("HybridLlm.AwsGpu");
}

using System.Globalization;

namespace HybridLlm.Ollama;

/// <summary>Ollama's <c>keep_alive</c>: a Go duration, and any negative one means for ever.</summary>
internal static class KeepAlive
{
    public static string Format(TimeSpan stay) =>
        stay < TimeSpan.Zero ? "-1s" : string.Create(CultureInfo.InvariantCulture, $"{stay.TotalMilliseconds:0}ms");
}

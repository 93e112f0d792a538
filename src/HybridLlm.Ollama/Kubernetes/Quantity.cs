using System.Globalization;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Kubernetes' way of writing amounts of bytes.</summary>
internal static class Quantity
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>At least so many bytes, in whole MiB.</summary>
    public static string Of(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{(bytes + Mebibyte - 1) / Mebibyte}Mi");
}

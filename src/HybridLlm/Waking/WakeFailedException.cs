using HybridLlm.AwsGpu;
using HybridLlm.Ollama;

namespace HybridLlm.Waking;

/// <summary>No GPU came up for the request. Whatever was rented for it is being given back.</summary>
public sealed class WakeFailedException : HybridLlmException
{
    internal WakeFailedException(string message, string remedy, Exception? cause = null)
        : base(message, remedy, cause) { }

    /// <summary>Whether it is only a quota that counts a node which is lost and not given back yet.</summary>
    internal bool IsForTwo { get; init; }

    internal static WakeFailedException Because(Exception cause)
    {
        if (cause is WakeFailedException already)
        {
            return already;
        }

        var remedy = cause switch
        {
            HybridLlmException ours => ours.Remedy,
            AwsGpuException aws => aws.Remedy,
            OllamaException ollama => ollama.Remedy,
            _ => null,
        };
        // Our messages end with their remedy; it is said once.
        var what =
            remedy is { Length: > 0 } && cause.Message.EndsWith(remedy, StringComparison.Ordinal)
                ? cause.Message[..^remedy.Length].TrimEnd()
                : cause.Message;
        return new WakeFailedException($"The wake failed: {what}", remedy ?? "Mend the cause and ask again.", cause);
    }
}

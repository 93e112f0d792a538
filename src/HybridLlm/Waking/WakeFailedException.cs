namespace HybridLlm.Waking;

/// <summary>No GPU came up for the request. Whatever was rented for it is being given back.</summary>
public sealed class WakeFailedException : HybridLlmException
{
    internal WakeFailedException(string message, string remedy, Exception? cause = null)
        : base(message, remedy, cause) { }

    internal static WakeFailedException Because(Exception cause) =>
        cause as WakeFailedException
        ?? new WakeFailedException(
            $"The wake failed: {cause.Message}",
            cause is HybridLlmException ours ? ours.Remedy : "Mend the cause and ask again.",
            cause
        );
}

namespace HybridLlm.Testing.Ollama;

internal static class Pauses
{
    /// <summary>Waits by a clock; no time is no wait.</summary>
    public static Task PauseAsync(this TimeProvider clock, TimeSpan time, CancellationToken cancellationToken) =>
        time <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(time, clock, cancellationToken);
}

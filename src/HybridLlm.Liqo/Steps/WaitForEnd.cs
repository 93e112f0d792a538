using HybridLlm.Liqo.Observing;

namespace HybridLlm.Liqo.Steps;

/// <summary>Waits for objects whose deletion was asked for.</summary>
internal static class WaitForEnd
{
    /// <summary>A wait until an object is gone.</summary>
    /// <param name="key">The object.</param>
    /// <param name="patience">Longest it lasts.</param>
    /// <param name="holders">What holds it, for the error.</param>
    public static WaitStep Of(ObjectKey key, TimeSpan patience, string holders) =>
        new(key, "it to be gone")
        {
            Targets = [Target.On(key)],
            Patience = patience,
            LastObserved = $"it is held by {holders}",
            Remedy = "Look at Liqo's controller manager on this cluster.",
        };
}

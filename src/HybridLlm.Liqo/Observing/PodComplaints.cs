using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Observing;

/// <summary>What pods say about why they do not run.</summary>
internal static class PodComplaints
{
    /// <summary>Reasons for which a container does not start and will not by waiting. Upstream: kubelet/images.</summary>
    private static readonly string[] s_hopeless =
    [
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CrashLoopBackOff",
    ];

    /// <summary>The first complaint that waiting does not mend; null when there is none.</summary>
    public static ContainerWaiting? Hopeless(IEnumerable<Pod> pods) =>
        pods.Select(p => p.Complaint).FirstOrDefault(c => s_hopeless.Contains(c?.Reason));

    /// <summary>What a pod is at: what its container complains of, that no node takes it, or its phase.</summary>
    public static string Of(Pod pod) =>
        pod.Complaint?.Reason
        ?? pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message
        ?? pod.Status?.Phase
        ?? "new";
}

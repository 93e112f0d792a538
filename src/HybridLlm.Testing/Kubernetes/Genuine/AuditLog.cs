using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>Reads a real server's log of calls, without those of controllers, real and emulated.</summary>
internal static class AuditLog
{
    private static readonly string[] s_own = [GenuineApi.Agent, "kube-controller-manager/", "kube-apiserver/"];

    public static IReadOnlyList<ClusterCall> Read(string lines) =>
        [
            .. lines
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => KubeJson.TryParse(Encoding.UTF8.GetBytes(l)))
                .OfType<JsonObject>()
                .Where(IsAnswer)
                .Select(ToCall),
        ];

    // A watch is answered when it begins; everything else when it ends.
    private static bool IsAnswer(JsonObject call) =>
        call.TextAt("stage") == (call.TextAt("verb") == "watch" ? "ResponseStarted" : "ResponseComplete")
        && !s_own.Any(o => (call.TextAt("userAgent") ?? "").StartsWith(o, StringComparison.Ordinal));

    private static ClusterCall ToCall(JsonObject call) =>
        new()
        {
            Time = Meta.Time(call.TextAt("requestReceivedTimestamp")) ?? default,
            Verb = call.TextAt("verb") ?? "",
            Group = call.TextAt("objectRef", "apiGroup") ?? "",
            Resource = call.TextAt("objectRef", "resource") ?? "",
            Subresource = call.TextAt("objectRef", "subresource") ?? "",
            Namespace = call.TextAt("objectRef", "namespace") ?? "",
            Name = call.TextAt("objectRef", "name") ?? "",
            Path = (call.TextAt("requestURI") ?? "").Split('?')[0],
            User = call.TextAt("impersonatedUser", "username") ?? call.TextAt("user", "username") ?? "",
            Status = (int)(call.NumberAt("responseStatus", "code") ?? 0),
        };
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace HybridLlm.Liqo.Clusters;

/// <summary>
/// What an API server's Status answers mean. Upstream: apimachinery/pkg/apis/meta/v1/types.go, StatusReason. Codes decide
/// where a server leaves the reason out.
/// </summary>
internal static class StatusReasons
{
    public static KubernetesErrorKind KindOf(int status, string? reason) =>
        (status, reason) switch
        {
            // A group that is not served answers in plain text, without a reason.
            (404, null) => KubernetesErrorKind.ApiMissing,
            (404, _) => KubernetesErrorKind.NotFound,
            (401, _) => KubernetesErrorKind.Unauthenticated,
            (403, _) => KubernetesErrorKind.Forbidden,
            (409, "AlreadyExists") => KubernetesErrorKind.AlreadyExists,
            (409, _) => KubernetesErrorKind.Conflict,
            (410, _) => KubernetesErrorKind.Expired,
            (400 or 415 or 422, _) => KubernetesErrorKind.Invalid,
            (429, _) => KubernetesErrorKind.Throttled,
            (>= 500, _) => KubernetesErrorKind.Unavailable,
            _ => KubernetesErrorKind.Unknown,
        };

    public static string RemedyOf(KubernetesErrorKind kind) =>
        kind switch
        {
            KubernetesErrorKind.Unauthenticated => "Get a fresh kubeconfig for this cluster.",
            KubernetesErrorKind.Forbidden =>
                "Grant the kubeconfig's user this right, or, where a webhook is named, heed its message.",
            KubernetesErrorKind.ApiMissing =>
                "Install Liqo, with its CRDs, on this cluster or give the kubeconfig of the right one.",
            KubernetesErrorKind.Invalid => "Compare the installed Liqo's version with the supported ones.",
            KubernetesErrorKind.Throttled or KubernetesErrorKind.Unavailable =>
                "Look at the API server and the webhooks it calls, then run the same step again.",
            _ => "Run the same step again: it looks first at what was done.",
        };
}

/// <summary>Kubernetes' Status, the body of a refusal.</summary>
internal sealed record StatusAnswer
{
    public string? Kind { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public int? Code { get; init; }

    /// <summary>Null when the text is no Status: a proxy's page, or the plain text of a path nobody serves.</summary>
    public static StatusAnswer? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, StatusJson.Default.StatusAnswer) is { Kind: "Status" } status
                ? status
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusAnswer))]
internal sealed partial class StatusJson : JsonSerializerContext;

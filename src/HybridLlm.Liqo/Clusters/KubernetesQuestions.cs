using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>What is asked of an API server itself: whether the caller may do something, and what is at a path.</summary>
internal sealed class KubernetesQuestions(KubernetesTransport transport)
{
    private const string AccessApi = "authorization.k8s.io/v1";

    /// <summary>Whether the caller may do something; null when even that may not be asked.</summary>
    public async Task<bool?> MayAsync(string verb, ResourceKind kind, string? ns, CancellationToken cancellationToken)
    {
        JsonObject asked = new()
        {
            ["verb"] = verb,
            ["group"] = kind.Group,
            ["resource"] = kind.Plural,
        };
        if (ns is not null)
        {
            asked["namespace"] = ns;
        }

        JsonObject review = new()
        {
            ["apiVersion"] = AccessApi,
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject { ["resourceAttributes"] = asked },
        };
        try
        {
            using var answer = await transport
                .CallAsync(
                    HttpMethod.Post,
                    $"apis/{AccessApi}/selfsubjectaccessreviews",
                    new RequestBody(review, MediaTypeNames.Application.Json),
                    cancellationToken
                )
                .ConfigureAwait(false);
            return answer.RootElement.TryGetProperty("status", out var status)
                && status.TryGetProperty("allowed", out var allowed)
                && allowed.ValueKind == JsonValueKind.True;
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Forbidden)
        {
            return null;
        }
    }

    /// <summary>The JSON at a path outside of objects, such as what an API group serves; null where nothing is.</summary>
    public async Task<JsonObject?> ReadWholeAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await transport
                .CallAsync(HttpMethod.Get, path, null, cancellationToken)
                .ConfigureAwait(false);
            return JsonObject.Create(answer.RootElement.Clone());
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind
                    is KubernetesErrorKind.NotFound
                        or KubernetesErrorKind.ApiMissing
                        or KubernetesErrorKind.Forbidden
            )
        {
            return null;
        }
    }
}

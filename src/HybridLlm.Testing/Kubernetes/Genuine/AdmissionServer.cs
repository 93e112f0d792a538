using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>Emulated admission webhooks, as a real API server calls them.</summary>
internal sealed class AdmissionServer : IAsyncDisposable
{
    private readonly ClusterState _cluster;
    private readonly X509Certificate2 _certificate;
    private TlsListener? _listener;

    private AdmissionServer(ClusterState cluster)
    {
        _cluster = cluster;
        _certificate = cluster.Authorities.IssueServer([]);
    }

    public static async Task<AdmissionServer> StartAsync(ClusterState cluster, CancellationToken cancellationToken)
    {
        AdmissionServer server = new(cluster);
        server._listener = await TlsListener
            .StartAsync(server.AnswerAsync, server._certificate, cancellationToken)
            .ConfigureAwait(false);
        return server;
    }

    /// <summary>What makes the server call a webhook.</summary>
    public JsonObject Configuration(IWebhook webhook)
    {
        var o = FirstObjects.New("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", webhook.Name);
        o["webhooks"] = new JsonArray([.. webhook.Rules.Select(r => (JsonNode)Webhook(r))]);
        return o;
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        _certificate.Dispose();
    }

    private JsonObject Webhook(WebhookRule rule) =>
        new()
        {
            ["name"] = rule.Name,
            ["clientConfig"] = new JsonObject
            {
                ["url"] = _listener!.Endpoint.AbsoluteUri,
                ["caBundle"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(_cluster.Authorities.ServerAuthorityPem)),
            },
            ["rules"] = new JsonArray(
                new JsonObject
                {
                    ["apiGroups"] = new JsonArray(rule.Group),
                    ["apiVersions"] = new JsonArray("*"),
                    ["operations"] = rule.Operations.ToList(),
                    ["resources"] = new JsonArray(rule.Resource),
                }
            ),
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["sideEffects"] = "None",
            ["failurePolicy"] = "Fail",
        };

    private async Task AnswerAsync(HttpContext context)
    {
        using MemoryStream bytes = new();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        var review = KubeJson.TryParse(bytes.ToArray()) ?? [];
        review["response"] = Judge(review.ObjectAt("request")!);
        review.Remove("request");
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(review.ToBytes(), context.RequestAborted).ConfigureAwait(false);
    }

    private JsonObject Judge(JsonObject request)
    {
        JsonObject response = new() { ["uid"] = request.TextAt("uid"), ["allowed"] = true };
        var after = request.ObjectAt("object")?.Copy();
        try
        {
            var call = ToCall(request);
            foreach (var webhook in _cluster.Webhooks)
            {
                after = webhook.Admit(call, request.TextAt("operation")!, request.ObjectAt("oldObject")?.Copy(), after);
            }
        }
        catch (ApiFailure denied)
        {
            response["allowed"] = false;
            response["status"] = new JsonObject { ["code"] = denied.Status, ["message"] = Bare(denied.Message) };
            return response;
        }

        if (Changes(request.ObjectAt("object"), after) is { Count: > 0 } changes)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(changes.ToBytes());
        }

        return response;
    }

    private ApiCall ToCall(JsonObject request)
    {
        var resource = request.ObjectAt("resource");
        var (group, version) = (resource.TextAt("group") ?? "", resource.TextAt("version")!);
        return new ApiCall
        {
            Kind = _cluster.Kinds.Find(group, version, resource.TextAt("resource")!)!,
            User = ClusterUser.Of(request.TextAt("userInfo", "username") ?? "", []),
            Target = new ApiTarget
            {
                Verb = request.TextAt("operation")!.ToLowerInvariant(),
                Path = "",
                IsResource = true,
                Group = group,
                Version = version,
                Resource = resource.TextAt("resource")!,
                Subresource = request.TextAt("subResource") ?? "",
                Namespace = request.TextAt("namespace") ?? "",
                Name = request.TextAt("name") ?? "",
            },
        };
    }

    // The server itself says whose webhook it was.
    private static string Bare(string message)
    {
        const string mark = "denied the request: ";
        var at = message.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? message : message[(at + mark.Length)..];
    }

    private static JsonArray Changes(JsonObject? before, JsonObject? after)
    {
        JsonArray changes = [];
        foreach (var (name, value) in after ?? [])
        {
            if (!JsonNode.DeepEquals(before?[name], value))
            {
                JsonNode change = new JsonObject
                {
                    ["op"] = "add",
                    ["path"] = $"/{name}",
                    ["value"] = value?.DeepClone(),
                };
                changes.Add(change);
            }
        }

        return changes;
    }
}

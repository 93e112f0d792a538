using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Admission;

/// <summary>What stands between a valid request and the store.</summary>
internal sealed class AdmissionChain(ClusterState cluster)
{
    private static readonly string[] s_permanent = ["default", "kube-system", "kube-public"];

    /// <summary>Lets a request pass, perhaps changed.</summary>
    /// <param name="call">The request.</param>
    /// <param name="operation"><c>CREATE</c>, <c>UPDATE</c> or <c>DELETE</c>.</param>
    /// <param name="before">Null on creation.</param>
    /// <param name="after">Null on deletion.</param>
    /// <returns>The object to store; meaningless on deletion.</returns>
    /// <exception cref="ApiFailure">It may not pass.</exception>
    public JsonObject Admit(ApiCall call, string operation, JsonObject? before, JsonObject? after)
    {
        if (operation == "CREATE" && call.Kind.IsNamespaced)
        {
            CheckNamespace(call, after!);
        }

        if (
            operation == "DELETE"
            && call.Kind.Resource == BuiltInKinds.Namespaces
            && s_permanent.Contains(before!.Name())
        )
        {
            throw ApiFailure.Forbidden(call.Kind, before!.Name(), "this namespace may not be deleted");
        }

        foreach (var webhook in cluster.Webhooks)
        {
            after = webhook.Admit(call, operation, before, after);
        }

        return after ?? before!;
    }

    private void CheckNamespace(ApiCall call, JsonObject o)
    {
        var found =
            cluster.Store.Find(BuiltInKinds.Namespaces, new ObjectKey("", o.Namespace()))
            ?? throw ApiFailure.NotFound(cluster.Kinds.Find("", "v1", "namespaces")!, o.Namespace());
        if (!found.Open().IsDeleting())
        {
            return;
        }

        throw ApiFailure.Forbidden(
            call.Kind,
            o.Name(),
            $"unable to create new content in namespace {o.Namespace()} because it is being terminated",
            [
                new JsonObject
                {
                    ["reason"] = "NamespaceTerminating",
                    ["message"] = $"namespace {o.Namespace()} is being terminated",
                    ["field"] = "metadata.namespace",
                },
            ]
        );
    }
}

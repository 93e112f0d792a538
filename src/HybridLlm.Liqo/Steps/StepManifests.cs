using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Installation;

namespace HybridLlm.Liqo.Steps;

/// <summary>
/// What a plan writes, as YAML for one cluster: what a GitOps repository of that cluster would hold. Made to be applied on the server's
/// side (<c>kubectl apply --server-side</c>), since an update names only its own fields.
/// </summary>
public static class StepManifests
{
    /// <summary>
    /// The manifests of one cluster, in order. What only the clusters themselves can bring (a signature, a certificate, a secret), and
    /// what is no manifest (a wait, a deletion), stands between them as a comment.
    /// </summary>
    /// <param name="steps">Steps of a plan.</param>
    /// <param name="cluster">The cluster whose manifests are wanted.</param>
    public static string Write(IEnumerable<LiqoStep> steps, ClusterSide cluster)
    {
        ArgumentNullException.ThrowIfNull(steps);
        StringBuilder text = new();
        foreach (var step in steps.Where(s => s.Cluster == cluster))
        {
            if (step.Verb is LiqoVerb.Create or LiqoVerb.Update && step.Content is { } content)
            {
                text.Append("---\n# ").Append(step.Purpose).Append('\n');
                text.Append(YamlText.Write(Manifest(step, JsonNode.Parse(content)!.AsObject())));
            }
            else
            {
                var unknown = step.Verb is LiqoVerb.Create or LiqoVerb.Update ? " (not known before it is done)" : "";
                text.Append("# ").Append(step).Append(unknown).Append('\n');
            }
        }

        return text.ToString();
    }

    private static JsonObject Manifest(LiqoStep step, JsonObject content)
    {
        JsonObject metadata = new() { ["name"] = step.Name };
        if (step.Namespace is not null)
        {
            metadata["namespace"] = step.Namespace;
        }

        JsonObject manifest = new()
        {
            ["apiVersion"] = step.ApiVersion,
            ["kind"] = step.Kind,
            ["metadata"] = metadata,
        };
        MergePatch.Apply(manifest, content);
        return manifest;
    }
}

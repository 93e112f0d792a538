using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.Applying;

/// <summary>Presigns the artifacts a node is to fetch. The URLs end with the node's time to boot.</summary>
internal static class ArtifactLinks
{
    public static async Task<IReadOnlyList<ArtifactLink>> SignAsync(
        ClusterContext context,
        ObjectStore bucket,
        IEnumerable<Artifact> artifacts,
        CancellationToken cancellationToken
    )
    {
        S3Presigner presigner = new(context.Aws);
        List<ArtifactLink> links = [];
        foreach (var artifact in artifacts)
        {
            PresignRequest request = new()
            {
                Verb = PresignVerb.Get,
                Region = context.Region,
                Bucket = bucket.Bucket,
                Key = artifact.ObjectKey,
                Lifetime = Mailbox.ReplyLifetime,
            };
            links.Add(
                new ArtifactLink(
                    artifact,
                    await presigner.PresignAsync(request, cancellationToken).ConfigureAwait(false)
                )
            );
        }

        return links;
    }
}

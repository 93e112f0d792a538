using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>Finds the foundation an earlier <c>UpAsync</c> made, in this process or another. Reads only.</summary>
internal sealed class FoundationReader(ClusterContext context)
{
    private const string PlanId = "read";

    /// <exception cref="FoundationMissingException">Part of it is not there.</exception>
    public async Task<Foundation> ReadAsync(CancellationToken cancellationToken)
    {
        var mesh =
            MeshKeeper.Load(context.State, SpecCheck.AddressProofOf(context.Spec).Mesh, context.Clock)
            ?? throw new FoundationMissingException(context.Spec.Name, "the mesh authority");
        var network =
            await new NetworkProvisioner(context.Aws)
                .ReadAsync(FoundationParts.Network(context.Spec, context.Owner, PlanId), cancellationToken)
                .ConfigureAwait(false)
            ?? throw new FoundationMissingException(context.Spec.Name, "the network");
        var bucket = FoundationParts.Bucket(context.Spec, context.Owner, PlanId);
        var missing = await new BucketProvisioner(context.Aws)
            .PlanAsync(bucket, cancellationToken)
            .ConfigureAwait(false);
        if (missing.Steps.Count > 0)
        {
            throw new FoundationMissingException(context.Spec.Name, "the bucket");
        }

        var instances = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        var lighthouse =
            FoundationParts.Standing(instances, context.Journal.Memory, context.Now)
            ?? throw new FoundationMissingException(context.Spec.Name, "the lighthouse");
        var at = context.Journal.Memory.Node(lighthouse.IntentId!)!.MeshAddress;
        var self =
            new ControllerIdentity(context, mesh).Load()
            ?? throw new FoundationMissingException(context.Spec.Name, "the controller's certificate");
        return new Foundation(
            network,
            new ObjectStore(context.Aws, context.Region, bucket.Name),
            mesh,
            NodePayloads.LighthouseAt(
                at,
                lighthouse.PublicIp
                    ?? throw new FoundationMissingException(context.Spec.Name, "the lighthouse's address")
            ),
            self
        );
    }
}

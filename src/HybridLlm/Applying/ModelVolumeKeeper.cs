using HybridLlm.AwsGpu.Storage;
using HybridLlm.Keeping;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Planning;

namespace HybridLlm.Applying;

/// <summary>The volume a node has its model from, where that is wanted. It carries the owner's tags from its first moment and stays until everything goes.</summary>
internal sealed class ModelVolumeKeeper(ClusterContext context)
{
    private readonly ModelVolumes _volumes = new(context.Aws, context.Owner, context.Region);

    /// <summary>The volume of the node's zone; null when the node takes the model from the bucket.</summary>
    public async Task<ModelVolume?> FindAsync(RentedNode rented, CancellationToken cancellationToken)
    {
        if (
            context.Spec.Model.Cache != ModelCacheKind.VolumePerZone
            || rented.Node.ZoneId is not { } zone
            || WellKnownModels.Find(context.Spec.Model.Name) is not { } shape
        )
        {
            return null;
        }

        var volume = await _volumes
            .EnsureAsync(
                new ModelVolumeSpec
                {
                    PlanId = rented.Planned.PlanId,
                    Model = context.Spec.Model.Name,
                    ZoneId = zone,
                    SizeGiB = ModelShelf.SizeGiB(shape),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (volume.InstanceId is null || volume.InstanceId == rented.Node.InstanceId)
        {
            return volume;
        }

        Say($"The volume is still with {volume.InstanceId}; {rented.Wake.Id} takes the model from the bucket.");
        return null;
    }

    /// <summary>Gives the node its volume; the node waits for it.</summary>
    public async Task AttachAsync(ModelVolume volume, RentedNode rented, CancellationToken cancellationToken)
    {
        await _volumes.AttachAsync(volume, rented.Node.InstanceId, cancellationToken).ConfigureAwait(false);
        Say($"{rented.Wake.Id} has volume {volume.Id} with {volume.Model}.");
    }

    private void Say(string message) => context.Events.Publish(ClusterEventKind.Detail, ClusterStages.Boot, message);
}

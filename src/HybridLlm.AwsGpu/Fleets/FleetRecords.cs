using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>
/// The records instant fleets leave behind. Each counts against the region's fleet quota until it is deleted, and deleting one ends its instances.
/// </summary>
internal sealed class FleetRecords(AwsClients clients, ResourceOwner owner, string region)
{
    /// <summary>What one DeleteFleets call takes of instant fleets.</summary>
    private const int MaxDeletions = 25;

    /// <summary>A fleet this old that EC2 shows no instance of has none: instances show within a minute, and ended ones for an hour.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(10);

    public async Task<List<FleetData>> ListAsync(CancellationToken cancellationToken)
    {
        // DescribeFleets shows an instant fleet only to whoever names it, so the ids come from the tags.
        var tagged = await new TagPort(clients, region)
            .ListAsync([ResourceTags.OwnerId], [owner.OwnerId.ToString()], "fleet", cancellationToken)
            .ConfigureAwait(false);
        var ids = tagged.Select(t => t.ResourceId).Distinct().ToList();
        return ids.Count == 0
            ? []
            : await clients
                .Caller.ListAsync(
                    next => new DescribeFleetsRequest { FleetIds = ids, NextToken = next },
                    clients.Ec2(region).DescribeFleetsAsync,
                    page =>
                        (
                            page.Fleets?.Where(f => Ec2States.Exists(f) && owner.Owns(Ec2Tags.FromSdk(f.Tags))),
                            page.NextToken
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    /// <summary>Deletes the records whose instances have all ended; a living instance keeps its fleet.</summary>
    /// <returns>Records deleted.</returns>
    public async Task<int> DeleteEndedAsync(CancellationToken cancellationToken)
    {
        var fleets = await ListAsync(cancellationToken).ConfigureAwait(false);
        var instances = await new InstancePort(clients, region)
            .ListAsync(owner, cancellationToken)
            .ConfigureAwait(false);
        var phases = instances.ToDictionary(i => i.InstanceId, i => i.Phase);
        var settled = clients.Time.GetUtcNow() - s_settled;
        var ended = fleets.Where(f => HasEnded(f, phases, settled)).Select(f => f.FleetId).ToList();
        foreach (var some in ended.Chunk(MaxDeletions))
        {
            await clients
                .Caller.RepeatableAsync(
                    clients.Ec2(region).DeleteFleetsAsync,
                    new DeleteFleetsRequest { FleetIds = [.. some], TerminateInstances = true },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return ended.Count;
    }

    private static bool HasEnded(FleetData fleet, Dictionary<string, InstancePhase> phases, DateTimeOffset settled)
    {
        var ids = (fleet.Instances ?? []).SelectMany(i => i.InstanceIds ?? []).ToList();
        return ids.Count > 0 && ids.TrueForAll(id => phases.GetValueOrDefault(id) == InstancePhase.Terminated)
            || (
                fleet.CreateTime is { } made
                && made.ToUniversalTime() <= settled.UtcDateTime
                && ids.TrueForAll(id => !phases.TryGetValue(id, out var phase) || phase == InstancePhase.Terminated)
            );
    }
}

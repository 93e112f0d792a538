using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>
/// Looks for everything an owner has, in every region and of every kind this package can make. What it finds is what AWS
/// says now; nothing is remembered.
/// </summary>
public sealed class OwnedResourceScanner
{
    private const int RegionsAtOnce = 8;
    private readonly AwsClients _clients;
    private readonly OnDemandPrices _onDemand;
    private readonly InfrastructurePrices _prices;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="onDemand">Prices of instances; null takes the embedded ones.</param>
    /// <param name="prices">Prices of everything else; null takes the embedded ones.</param>
    public OwnedResourceScanner(
        AwsClients clients,
        OnDemandPrices? onDemand = null,
        InfrastructurePrices? prices = null
    )
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _onDemand = onDemand ?? OnDemandPrices.Embedded;
        _prices = prices ?? InfrastructurePrices.Embedded;
    }

    /// <summary>Takes the inventory. Reads only.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="regions">Regions to look in; null looks in every region enabled for the account.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS does not answer, or refuses for another reason than permission.</exception>
    public async Task<OwnedInventory> ScanAsync(
        ResourceOwner owner,
        IReadOnlyList<string>? regions = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(owner);
        regions ??= await _clients.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        var scans = new RegionScan[regions.Count];
        await Parallel
            .ForEachAsync(
                Enumerable.Range(0, regions.Count),
                new ParallelOptions { MaxDegreeOfParallelism = RegionsAtOnce, CancellationToken = cancellationToken },
                async (i, token) => scans[i] = await ScanRegionAsync(owner, regions[i], token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        var buckets = await new BucketScan(_clients, owner, _prices).ReadAsync(cancellationToken).ConfigureAwait(false);
        return new OwnedInventory
        {
            Owner = owner,
            ScannedAt = _clients.Time.GetUtcNow(),
            Resources =
            [
                .. scans
                    .SelectMany(s => s.Resources)
                    .Concat(buckets.Owned)
                    .OrderBy(r => r.Kind)
                    .ThenBy(r => r.Region, StringComparer.Ordinal)
                    .ThenBy(r => r.Id, StringComparer.Ordinal),
            ],
            Foreign =
            [
                .. scans
                    .SelectMany(s => s.Foreign)
                    .Concat(buckets.Foreign)
                    .OrderBy(f => f.Region, StringComparer.Ordinal)
                    .ThenBy(f => f.Id, StringComparer.Ordinal),
            ],
            Unread = [.. scans.Select(s => s.Unread).OfType<UnreadRegion>()],
            QueuesUnread = [.. scans.Select(s => s.QueuesUnread).OfType<UnreadRegion>()],
        };
    }

    private async Task<RegionScan> ScanRegionAsync(
        ResourceOwner owner,
        string region,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var owned = new ScanPort(_clients, owner, region, _onDemand, _prices).ListAsync(cancellationToken);
            var foreign = new LookalikePort(_clients, owner, region).ListAsync(cancellationToken);
            var queues = new QueueScan(_clients, owner, region).ListAsync(cancellationToken);
            await Task.WhenAll(owned, foreign, queues).ConfigureAwait(false);
            var (ownQueues, otherQueues, unread) = await queues.ConfigureAwait(false);
            return new RegionScan(
                [.. await owned.ConfigureAwait(false), .. ownQueues],
                [.. await foreign.ConfigureAwait(false), .. otherQueues],
                Unread: null
            )
            {
                QueuesUnread = unread,
            };
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.Permission)
        {
            return new RegionScan([], [], new UnreadRegion(region, refusal.Code));
        }
    }

    private sealed record RegionScan(
        IReadOnlyList<OwnedResource> Resources,
        IReadOnlyList<ForeignResource> Foreign,
        UnreadRegion? Unread
    )
    {
        public UnreadRegion? QueuesUnread { get; init; }
    }
}

using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>
/// What of an owner's holds models: what <see cref="TeardownScope.EverythingButModels"/> keeps, read without looking at anything else.
/// </summary>
public sealed class ModelHoldings
{
    private readonly AwsClients _clients;
    private readonly ResourceOwner _owner;
    private readonly InfrastructurePrices _prices;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="owner">Whose models.</param>
    /// <param name="prices">Prices of storage; null takes the embedded ones.</param>
    public ModelHoldings(AwsClients clients, ResourceOwner owner, InfrastructurePrices? prices = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(owner);
        _clients = clients;
        _owner = owner;
        _prices = prices ?? InfrastructurePrices.Embedded;
    }

    /// <summary>
    /// Volumes and snapshots of models in the regions, and the cluster's bucket, wherever it is, at the price of the models in it. Reads only.
    /// </summary>
    /// <param name="regions">Regions to look for volumes and snapshots in.</param>
    /// <param name="exceptKeys">Keys of models in the bucket that do not count, e.g. those a plan has a price for already.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<IReadOnlyList<OwnedResource>> ListAsync(
        IReadOnlyList<string> regions,
        IReadOnlyCollection<string>? exceptKeys = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(regions);
        var bucket = new BucketScan(_clients, _owner, _prices).ReadModelsAsync(exceptKeys ?? [], cancellationToken);
        var disks = await Task.WhenAll(
                regions.Select(r =>
                    new ScanPort(_clients, _owner, r, OnDemandPrices.Embedded, _prices).ListModelsAsync(
                        cancellationToken
                    )
                )
            )
            .ConfigureAwait(false);
        return
        [
            .. disks
                .SelectMany(d => d)
                .Concat(await bucket.ConfigureAwait(false))
                .OrderBy(r => r.Kind)
                .ThenBy(r => r.Region, StringComparer.Ordinal)
                .ThenBy(r => r.Id, StringComparer.Ordinal),
        ];
    }
}

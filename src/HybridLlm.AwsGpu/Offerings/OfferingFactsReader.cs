using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>Asks EC2 what GPU capacity a region has and what it costs on the spot market now.</summary>
public sealed class OfferingFactsReader
{
    private readonly OfferingPort _port;
    private readonly ZonePort _zones;
    private readonly TimeProvider _time;
    private readonly OnDemandPrices _onDemand;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="onDemand">On-demand prices to compare with; null takes the embedded ones.</param>
    public OfferingFactsReader(AwsClients clients, OnDemandPrices? onDemand = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _port = new OfferingPort(clients);
        _zones = new ZonePort(clients);
        _time = clients.Time;
        _onDemand = onDemand ?? OnDemandPrices.Embedded;
    }

    /// <summary>Reads types, zones and prices of one region, in parallel where they are independent.</summary>
    /// <param name="region">Region, e.g. <c>us-east-1</c>.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<OfferingFacts> ReadAsync(string region, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        var now = _time.GetUtcNow();
        var types = await _port.ListTypesAsync(region, cancellationToken).ConfigureAwait(false);
        List<string> names = [.. types.Select(t => t.Name)];
        var zonesRead = _zones.ListAsync(region, cancellationToken);
        var offeredRead = _port.ListOfferedAsync(region, names, cancellationToken);
        var pricesRead = _port.ListSpotPricesAsync(region, names, now, cancellationToken);
        await Task.WhenAll(zonesRead, offeredRead, pricesRead).ConfigureAwait(false);

        var zones = (await zonesRead.ConfigureAwait(false)).ToDictionary(z => z.Id);
        var prices = await pricesRead.ConfigureAwait(false);
        var pools =
            from offered in await offeredRead.ConfigureAwait(false)
            where zones.ContainsKey(offered.ZoneId)
            let zone = zones[offered.ZoneId]
            let price = prices.TryGetValue((offered.InstanceType, zone.Name), out var found) ? found : (decimal?)null
            select new SpotPool(offered.InstanceType, zone, price);
        return new OfferingFacts
        {
            Region = region,
            ReadAt = now,
            InstanceTypes = types,
            Pools = [.. pools],
            OnDemandPrices = _onDemand,
        };
    }
}

using HybridLlm.Applying;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;
using HybridLlm.Journals;

namespace HybridLlm.Keeping;

/// <summary>
/// Models that stay at AWS when everything else goes. They are read from AWS, and the book counts them until they are gone or part of a
/// foundation again.
/// </summary>
internal sealed class KeptModels(ClusterContext context)
{
    /// <summary>What holds models now, with its price, whether or not anybody knows of it.</summary>
    public Task<IReadOnlyList<OwnedResource>> ReadAsync(CancellationToken cancellationToken) =>
        new ModelHoldings(context.Aws, context.Owner).ListAsync(
            [.. context.Journal.Memory.StandingModels.Select(m => m.Region).Append(context.Region).Distinct()],
            exceptKeys: null,
            cancellationToken
        );

    /// <summary>Writes down what is kept now, by region, where the book has it otherwise.</summary>
    /// <param name="kept">All there is of it in every region that has been one's own.</param>
    public void Remember(IReadOnlyList<OwnedResource> kept)
    {
        var known = context.Journal.Memory.StandingModels.ToDictionary(m => m.Region, m => m.HourlyCost);
        var found = kept.GroupBy(r => r.Region)
            .ToDictionary(
                g => g.Key,
                g => decimal.Round(g.Sum(r => r.UsdPerMonth) / InfrastructurePrices.HoursPerMonth, 12)
            );
        foreach (var region in known.Keys.Union(found.Keys).Order(StringComparer.Ordinal))
        {
            var hourly = found.GetValueOrDefault(region);
            if (hourly != known.GetValueOrDefault(region))
            {
                context.Journal.Append(
                    new ModelsKept
                    {
                        At = context.Now,
                        Region = region,
                        HourlyCost = hourly,
                    }
                );
            }
        }
    }

    /// <summary>
    /// Counts what is there while no foundation stands: a journal restored from a backup may not know that models were kept, or that they
    /// have gone since.
    /// </summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        if (context.Journal.Memory.StandingFoundation is not null)
        {
            return;
        }

        var before = context.Journal.Memory.StandingModels.Sum(m => m.HourlyCost);
        var kept = await ReadAsync(cancellationToken).ConfigureAwait(false);
        Remember(kept);
        if (context.Journal.Memory.StandingModels.Sum(m => m.HourlyCost) > before)
        {
            context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Garbage,
                $"Models are kept that the journal did not know of, {Money.Usd(kept.Sum(r => r.UsdPerMonth))} a month: "
                    + $"{string.Join(", ", kept.Select(r => $"{r.Kind} {r.Id} in {r.Region}"))}. They count from now on; UpAsync uses them, DownAsync removes them."
            );
        }
    }
}

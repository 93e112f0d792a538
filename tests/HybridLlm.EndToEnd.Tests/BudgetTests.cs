using HybridLlm.Testing.Simulation;
using HybridLlm.Waking;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The budget warns, once, before it ends anything; and then it does end it.</summary>
public sealed class BudgetTests : IAsyncLifetime
{
    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
        {
            DateTimeOffset midnight = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            o.Clock = new VirtualClock(midnight + TimeSpan.FromHours(1), 3 * TestWorld.Speed);
        });

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task A_warning_comes_once_a_day_before_the_GPU_is_given_back_for_it()
    {
        List<ClusterEvent> events = [];
        await using (var cluster = Cluster())
        {
            await cluster.UpAsync(cancellationToken: Token);
            var told = cluster.WatchAsync(Token);
            using (await cluster.AcquireAsync(Token))
            {
                await foreach (var happened in told.WithCancellation(Token))
                {
                    events.Add(happened);
                    if (happened is { Stage: ClusterStages.Lease, Kind: ClusterEventKind.Warning })
                    {
                        break;
                    }
                }
            }

            while ((await cluster.StatusAsync(Token)).Phase != WakePhase.Asleep)
            {
                await Task.Delay(50, Token);
            }

            (await cluster.StatusAsync(Token)).SpentToday.ShouldBeLessThanOrEqualTo(1.00m);
        }

        var warning = events.Where(e => e.Stage == ClusterStages.Budget).ShouldHaveSingleItem();
        warning.Message.ShouldContain("of the 1.00 USD a day");
        events.IndexOf(warning).ShouldBeLessThan(events.Count - 1);
        events[^1].Message.ShouldContain("budget");

        await using var next = Cluster();
        var again = next.WatchAsync(Token);
        await Should.ThrowAsync<WakeFailedException>(() => next.WakeAsync(cancellationToken: Token));
        (await again.TakeWhile(e => e.Kind != ClusterEventKind.Failed).ToListAsync(Token)).ShouldNotContain(
            e => e.Stage == ClusterStages.Budget,
            "the next process knows that it has been said"
        );
    }

    private HybridCluster Cluster() =>
        _test.Cluster(b =>
            b.WithBudget(perDay: 1.00m)
                .WithLife(l => l with { Lease = TimeSpan.FromMinutes(20), MaximumLife = TimeSpan.FromHours(12) })
        );
}

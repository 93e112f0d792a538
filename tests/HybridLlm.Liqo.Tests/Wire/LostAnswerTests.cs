using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A provider that vanishes while a call to it is under way: done or not, the answer never comes.</summary>
public sealed class LostAnswerTests
{
    /// <summary>Writes to a provider: three of a peering, three of its end; and reads in between.</summary>
    public static TheoryData<int, bool> Calls =>
        [.. from call in Enumerable.Range(1, 6) from isDone in new[] { true, false } select (call, isDone)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_provider_that_dies_within_a_call_is_removed_without_a_trace(int call, bool isDone)
    {
        await using var two = await Federation.StartAsync();
        Death death = new(two, call, isDone);
        using var connection = two.Connect(two.Rented.Cluster.AdminKubeconfig, death);

        try
        {
            var provider = await LiqoCluster.ConnectAsync(connection, cancellationToken: Stop);
            await two.PeerAsync(provider: provider);
            await two.UnpeerAsync(provider: provider);
        }
        catch (LiqoException) when (death.Happened)
        {
            // What it was for.
        }

        death.Happened.ShouldBeTrue();
        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    /// <summary>Kills the provider at its n-th write, before or after it has effect, and loses the answer.</summary>
    private sealed class Death(Federation two, int call, bool isDone) : DelegatingHandler
    {
        private int _writes;

        public bool Happened { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.Method == HttpMethod.Get || Interlocked.Increment(ref _writes) != call)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (isDone)
            {
                (await base.SendAsync(request, cancellationToken)).Dispose();
            }

            Happened = true;
            await two.Rented.Cluster.KillAsync();
            throw new HttpRequestException("The connection was reset.");
        }
    }
}

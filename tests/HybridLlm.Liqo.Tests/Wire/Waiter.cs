using System.Text;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>An operation that does nothing but wait, and what it has seen of Secrets with a value.</summary>
internal sealed class Waiter(KubernetesPort port, TimeProvider clock, World? known = null) : IAsyncDisposable
{
    private readonly WorldWatch _watch = new(new ClusterPorts(port, provider: null), clock);
    private readonly List<string> _seen = [Describe(known ?? World.Empty)];

    public World World { get; private set; } = known ?? World.Empty;

    /// <summary>Every state seen, each once in a row.</summary>
    public IReadOnlyList<string> Seen => _seen;

    public Task FollowAsync(params Target[] targets) => _watch.FollowAsync(targets, World);

    /// <summary>Waits for one more change.</summary>
    public async Task NextAsync()
    {
        World = await _watch.NextAsync(World, TestContext.Current.CancellationToken);
        if (Describe(World) is var now && now != _seen[^1])
        {
            _seen.Add(now);
        }
    }

    public async Task UntilAsync(Func<World, bool> holds)
    {
        while (!holds(World))
        {
            await NextAsync();
        }
    }

    /// <summary>Waits until the Secrets known are just these, each as <c>name=value</c>.</summary>
    public Task UntilAsync(params string[] secrets) => UntilAsync(w => Describe(w) == string.Join(", ", secrets));

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private static string Describe(World world) =>
        string.Join(
            ", ",
            world
                .All(ClusterSide.Consumer, Kinds.Secret)
                .Select(s => $"{s.Name}={Encoding.UTF8.GetString(s.Value("value") ?? [])}")
        );
}

/// <summary>Several that began at once, each of which has seen what was there.</summary>
internal sealed class Waiters : IAsyncDisposable
{
    private Waiters(IReadOnlyList<Waiter> all) => All = all;

    public IReadOnlyList<Waiter> All { get; }

    public Waiter this[int index] => All[index];

    public static async Task<Waiters> StartAsync(KubernetesPort port, TimeProvider clock, params Target[] targets)
    {
        Waiters waiters = new([.. targets.Select(_ => new Waiter(port, clock))]);
        foreach (var (waiter, target) in waiters.All.Zip(targets))
        {
            await waiter.FollowAsync(target);
        }

        foreach (var waiter in waiters.All)
        {
            await waiter.NextAsync();
        }

        return waiters;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var waiter in All)
        {
            await waiter.DisposeAsync();
        }
    }
}

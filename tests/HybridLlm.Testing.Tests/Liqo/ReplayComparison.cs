using System.Text;
using HybridLlm.Testing.Tests.Kubernetes;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>Replays scenarios and compares what they leave.</summary>
internal sealed class ReplayComparison(ReplayWorld world)
{
    private static readonly Dictionary<string, string> s_nothing = [];

    // Of virtual time: what was not compared because it was still to come has come before the next scenario begins.
    private static readonly TimeSpan s_untilSettled = TimeSpan.FromSeconds(60);

    private static readonly string[] s_ofKubernetes =
    [
        "Endpoints ",
        "ServiceAccount kube-system/",
        "ClusterRole /admin",
        "ClusterRole /edit",
        "ClusterRole /view",
    ];

    private readonly Replay _replay = new(world);
    private readonly List<string> _differences = [];

    /// <summary>Makes a scenario's calls, and waits until every cluster holds what was recorded.</summary>
    /// <param name="scenario">Its folder.</param>
    /// <param name="before">What somebody did to the machines first.</param>
    /// <param name="onTheWay">Objects that were about to come or change when the recording stopped.</param>
    public async Task RunAsync(string scenario, Func<Task>? before = null, IReadOnlyList<string>? onTheWay = null)
    {
        var listings = world.Names.ToDictionary(n => n, n => world[n].Cluster.Listing());
        if (before is not null)
        {
            await before();
        }

        await _replay.RunAsync(scenario);
        foreach (var (name, listing) in listings.Where(l => world[l.Key].Cluster.IsAlive))
        {
            await LikeAsync(scenario, name, listing, onTheWay ?? []);
        }

        if (onTheWay is not null || !listings.Keys.Any(n => Recording.HasObjects(scenario, n)))
        {
            await world.PassAsync(s_untilSettled);
        }
    }

    /// <summary>Makes a scenario's calls, in place of one whose recording is not there.</summary>
    public async Task BridgeAsync(string scenario)
    {
        await _replay.RunAsync(scenario);
        await world.PassAsync(s_untilSettled);
    }

    /// <summary>Fails when anything was otherwise than recorded, and tells all of it.</summary>
    public void ShouldBeAsRecorded() => Assert.True(_differences.Count == 0, string.Join("\n\n", _differences));

    private async Task LikeAsync(
        string scenario,
        string name,
        IReadOnlyDictionary<string, string> before,
        IReadOnlyList<string> except
    )
    {
        if (!Recording.HasObjects(scenario, name))
        {
            return;
        }

        var recorded = Recording.After(scenario, name);
        var deleted = Recording.Deleted(scenario, name);
        var then = Recording.Between(s_nothing, before);
        SortedDictionary<string, string> now = [];
        IReadOnlyList<string> Wrong() =>
            [
                .. recorded
                    .Where(r => now.GetValueOrDefault(r.Key) != r.Value)
                    .Concat(now.Where(n => !recorded.ContainsKey(n.Key) && then.GetValueOrDefault(n.Key) != n.Value))
                    .Concat(now.Where(n => deleted.Contains(n.Key)))
                    .Concat(then.Where(t => !now.ContainsKey(t.Key) && !deleted.Contains(t.Key)))
                    .Select(o => o.Key)
                    .Where(k => !IsLeftOut(k, recorded.ContainsKey(k)) && !except.Contains(k)),
            ];
        try
        {
            await Eventually.TrueAsync(() =>
            {
                now = Recording.Between(s_nothing, world[name].Cluster.Listing());
                return Wrong().Count == 0;
            });
        }
        catch (OperationCanceledException)
        {
            StringBuilder words = new($"{scenario}, {name}:");
            foreach (var key in Wrong())
            {
                words.Append($"\n{key}\n  before   {then.GetValueOrDefault(key)}");
                words.Append($"\n  recorded {(deleted.Contains(key) ? "deleted" : recorded.GetValueOrDefault(key))}");
                words.Append($"\n  emulated {now.GetValueOrDefault(key)}");
            }

            _differences.Add(words.ToString());
        }
    }

    // The recordings have virtual kubelets' Deployments once only, and what is signed meanwhile goes by the clock. What
    // Kubernetes' own controllers make, some of it a while after the start, the recordings leave out.
    private static bool IsLeftOut(string key, bool isRecorded) =>
        !isRecorded
        && (
            key.StartsWith("Deployment ", StringComparison.Ordinal)
            || key.StartsWith("CertificateSigningRequest ", StringComparison.Ordinal)
            || (
                RealKubernetes.Binaries is not null
                && s_ofKubernetes.Any(o => key.StartsWith(o, StringComparison.Ordinal))
            )
        );
}

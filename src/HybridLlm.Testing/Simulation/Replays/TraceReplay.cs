using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>Replays recorded spot markets through policies that keep one node up.</summary>
public static class TraceReplay
{
    /// <summary>Name of this project's policy: <see cref="NodeKeeper"/> with <see cref="Keeper"/>.</summary>
    public const string HybridLlm = "hybridllm";

    /// <summary>How this project's policy keeps the node: two at most, on-demand at once when spot gives none, spot again within three minutes.</summary>
    public static KeeperPolicy Keeper { get; } = With(OnDemandFallback.AtOnce);

    private static readonly Dictionary<string, Func<ReplayOptions, IReplayPolicy>> s_policies = new()
    {
        ["spot"] = _ => new NaivePolicy(nodes: 1, fallback: false),
        ["spot+fallback"] = _ => new NaivePolicy(nodes: 1, fallback: true),
        ["spot+fallback+spare"] = _ => new NaivePolicy(nodes: 2, fallback: true),
        ["hybridllm-spot-only"] = o => new KeeperReplayPolicy(With(OnDemandFallback.Never), o.SpotPrice),
        [HybridLlm] = o => new KeeperReplayPolicy(Keeper, o.SpotPrice),
    };

    /// <summary>Names of all policies, the naive ones first.</summary>
    public static IReadOnlyList<string> Policies { get; } = [.. s_policies.Keys];

    /// <summary>Replays the time that all traces cover.</summary>
    /// <param name="traces">One trace a zone, one or more.</param>
    /// <param name="policy">One of <see cref="Policies"/>.</param>
    /// <param name="options">What is assumed; null takes the defaults.</param>
    /// <exception cref="ArgumentException">No trace, two of one zone, an unknown policy, or options that cannot be.</exception>
    public static ReplayResult Run(IReadOnlyList<SpotTrace> traces, string policy, ReplayOptions? options = null) =>
        Run(traces, policy, options ?? new ReplayOptions(), (_, _) => { });

    /// <summary>As above, telling each launch and giving back, with the time since the traces began.</summary>
    internal static ReplayResult Run(
        IReadOnlyList<SpotTrace> traces,
        string policy,
        ReplayOptions options,
        Action<TimeSpan, string> tell
    )
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(policy);
        List<string> faults = [.. options.Faults()];
        if (traces.Count == 0)
        {
            faults.Add("there is no trace");
        }

        faults.AddRange(
            traces.GroupBy(t => t.Zone).Where(g => g.Count() > 1).Select(g => $"{g.Key} has {g.Count()} traces")
        );
        if (!s_policies.TryGetValue(policy, out var make))
        {
            faults.Add($"'{policy}' is no policy; there are {string.Join(", ", Policies)}");
        }

        return faults.Count == 0
            ? new ReplayMarket(traces, options, tell).Run(policy, make!(options))
            : throw new ArgumentException($"The replay cannot run: {string.Join("; ", faults)}.");
    }

    private static KeeperPolicy With(OnDemandFallback fallback) =>
        new()
        {
            MaxNodes = 2,
            Markets = new MarketPolicy
            {
                Fallback = fallback,
                RetryEvery = TimeSpan.FromMinutes(1),
                ReturnEvery = TimeSpan.FromMinutes(3),
            },
        };
}

using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Namespaces that are offloaded and taken back.</summary>
internal static class OffloadingScenarios
{
    private static readonly string s_longName = new('a', 60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Offload("offload", "the default", Spec) with
        {
            Before = two => two.PeerAsync(),
            After = two => PhaseIsAsync(two, OffloadingPhase.Ready),
        },
        Offload("offload NoClusterSelected, allowed", "no peering", Spec with { MayWaitForCluster = true }) with
        {
            After = two => PhaseIsAsync(two, OffloadingPhase.NoClusterSelected),
        },
        Offload(
            "offload NoClusterSelected, awaited in vain",
            "no peering",
            Spec with
            {
                Patience = Scenario.Short,
            }
        ) with
        {
            Error = typeof(WaitTimedOutException),
        },
        Offload("offload to two providers", "two peerings", Spec) with
        {
            Before = two => TwoProvidersAsync(two),
            After = async two =>
            {
                var status = await new NamespaceOffloader(two.Home.Liqo).ReadAsync(Federation.Offloaded, Stop);
                status.Phase.ShouldBe(OffloadingPhase.Ready);
                status.Clusters.ShouldAllBe(c => c.IsSelected && c.IsReady);
                status.Clusters.Select(c => c.ProviderId).ShouldBe([Federation.ProviderId, Federation.SecondId]);
            },
        },
        Offload("offload SomeFailed", "such a namespace on one of two providers, and EnforceSameName", SameName) with
        {
            Before = two => TwoProvidersAsync(two, taken: [Federation.SecondId]),
            Refusal = LiqoRefusal.OffloadingFailed,
        },
        Offload("offload AllFailed", "such a namespace on both of two providers, and EnforceSameName", SameName) with
        {
            Before = two => TwoProvidersAsync(two, taken: [Federation.ProviderId, Federation.SecondId]),
            Refusal = LiqoRefusal.OffloadingFailed,
        },
        Offload(
            "offload fails on the provider",
            "such a namespace there, and EnforceSameName",
            Spec with
            {
                Mapping = NamespaceMapping.EnforceSameName,
            }
        ) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.Rented.Admin.CreateNamespaceAsync(Named(Federation.Offloaded), cancellationToken: Stop);
            },
            Refusal = LiqoRefusal.OffloadingFailed,
        },
        Offload(
            "offload, immutable strategy changed",
            "offload by another strategy before",
            Spec with
            {
                Mapping = NamespaceMapping.EnforceSameName,
            }
        ) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.OffloadAsync();
            },
            Refusal = LiqoRefusal.OffloadingImmutable,
        },
        Offload(
            "offload, name longer than 63",
            "a namespace of 60 characters",
            Spec with
            {
                Namespace = s_longName,
            }
        ) with
        {
            Before = two => two.Home.Admin.CreateNamespaceAsync(Named(s_longName), cancellationToken: Stop),
            Error = typeof(InvalidSpecException),
        },
        Offload("offload a namespace that is not there", "none", Spec with { Namespace = "nowhere" }) with
        {
            Refusal = LiqoRefusal.NamespaceMissing,
        },
        Unoffload("unoffload") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.OffloadAsync();
            },
            After = two => PhaseIsAsync(two, OffloadingPhase.None),
        },
        Unoffload("unoffload with a dead provider") with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await two.OffloadAsync();
                await two.Rented.Cluster.KillAsync();
                await two.NoticeDeathAsync();
            },
            Refusal = LiqoRefusal.ProviderUnreachable,
        },
    ];

    /// <summary>Peers two providers, some of which have a namespace of that name already.</summary>
    private static async Task TwoProvidersAsync(Federation two, params string[] taken)
    {
        await two.PeerAsync();
        var second = await two.PeerSecondAsync();
        foreach (var provider in new[] { two.Rented, second }.Where(p => taken.Contains(p.Liqo.Id)))
        {
            await provider.Admin.CreateNamespaceAsync(Named(Federation.Offloaded), cancellationToken: Stop);
        }
    }

    private static OffloadingSpec SameName => Spec with { Mapping = NamespaceMapping.EnforceSameName };

    private static OffloadingSpec Spec => new() { Namespace = Federation.Offloaded, Patience = Scenario.Unhurried };

    private static Scenario Offload(string name, string shown, OffloadingSpec spec) =>
        new(name, shown, "offload") { Do = two => Task.FromResult(ScenarioVerb.Offload(two, spec)) };

    private static Scenario Unoffload(string name) =>
        new(name, name.Contains("dead", StringComparison.Ordinal) ? "`KillAsync`" : "the default", "unoffload")
        {
            Do = two => Task.FromResult(ScenarioVerb.Unoffload(two)),
        };

    private static async Task PhaseIsAsync(Federation two, OffloadingPhase phase) =>
        (await new NamespaceOffloader(two.Home.Liqo).ReadAsync(Federation.Offloaded, Stop)).Phase.ShouldBe(phase);

    private static V1Namespace Named(string name) => new() { Metadata = new V1ObjectMeta { Name = name } };
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Testing.Kubernetes;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>API servers and installations that are not as they should be.</summary>
internal static class TroubleScenarios
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Peer("409, 429, 500, 503 and lost answers", "`Faults.FailNext`") with
        {
            Before = two =>
            {
                foreach (var faults in Faults(two))
                {
                    faults.FailNext(429, c => c.Verb == "list", count: 2);
                    faults.FailNext(500, c => c.Verb == "create", count: 2);
                    faults.FailNext(503, c => c.Verb == "create", count: 2, afterEffect: true);
                    faults.FailNext(409, c => c.Verb == "patch");
                    faults.FailNext(503, c => c.Verb == "watch", count: 2);
                }

                return Task.CompletedTask;
            },
        },
        Peer("watches cut and versions forgotten (410) after each step", "`Faults.DropWatches`, `Compact`") with
        {
            AfterStep = two =>
            {
                foreach (var faults in Faults(two))
                {
                    faults.DropWatches();
                    faults.Compact();
                }
            },
        },
        Peer(
            "a call that hangs, on each side",
            "`Faults.HangNext`; given up after the call's time, and made again"
        ) with
        {
            Before = two =>
            {
                two.Home.Cluster.Faults.HangNext(c => c is { Verb: "create", Resource: "resourceslices" });
                two.Rented.Cluster.Faults.HangNext(c => c is { Verb: "create", Resource: "tenants" });
                return Task.CompletedTask;
            },
            After = PeeringScenarios.StandsAsync,
        },
        new("Liqo not installed", "a cluster, or a namespace, without it", "connect")
        {
            Do = two =>
            {
                Task Connect(CancellationToken stop) =>
                    LiqoCluster.ConnectAsync(two.Home.Connection, "elsewhere", stop);
                return Task.FromResult(new ScenarioVerb(Connect, (_, stop) => Connect(stop)));
            },
            Error = typeof(LiqoInstallationException),
        },
        Peer("webhook down", "`WebhooksAnswer` false") with
        {
            Before = two =>
            {
                two.Home.Options.WebhooksAnswer = false;
                return Task.CompletedTask;
            },
            Error = typeof(KubernetesCallException),
        },
    ];

    private static IEnumerable<ClusterFaults> Faults(Federation two) =>
        [two.Home.Cluster.Faults, two.Rented.Cluster.Faults];

    private static Scenario Peer(string name, string shown) =>
        new(name, shown, "peer") { NeedsEmulatedServer = true, Do = two => Task.FromResult(ScenarioVerb.Peer(two)) };
}

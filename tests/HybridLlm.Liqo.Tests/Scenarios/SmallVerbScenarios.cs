using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Liqo.Users;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>What is done besides whole peerings.</summary>
internal static class SmallVerbScenarios
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Verb("authenticate", two => Authenticator(two).Authenticate(Scenario.Unhurried)) with
        {
            Before = _ => Task.CompletedTask,
        },
        Verb("unauthenticate", two => Authenticator(two).Unauthenticate(Scenario.Unhurried)) with
        {
            Before = two => Federation.DoAsync(Authenticator(two).Authenticate(Scenario.Unhurried)),
        },
        Verb("unauthenticate while a slice is there", two => Authenticator(two).Unauthenticate()) with
        {
            Refusal = LiqoRefusal.SlicesLeft,
        },
        Verb("create a slice with a GPU", two => Slices(two).Ensure(Gpus(1))),
        Verb("resize a slice", two => Slices(two).Ensure(Gpus(2))) with
        {
            Before = WithSliceAsync,
        },
        Verb("delete a slice", two => Slices(two).Delete(Federation.ProviderId, "second", Scenario.Unhurried)) with
        {
            Before = WithSliceAsync,
        },
        Verb("a slice of a class nobody answers", two => Slices(two).Ensure(Plugin)) with
        {
            Error = typeof(WaitTimedOutException),
        },
        Verb("a slice of a provider that is not peered", two => Slices(two).Ensure(Gpus(1))) with
        {
            Before = _ => Task.CompletedTask,
            Refusal = LiqoRefusal.TenantMissing,
        },
        Verb("create a virtual node by hand", two => Nodes(two).Ensure(Pool)) with
        {
            Before = WithIdentityAsync,
        },
        Verb(
            "delete a virtual node by hand",
            two => Nodes(two).Delete(Federation.ProviderId, Pool.Name, Scenario.Unhurried)
        ) with
        {
            Before = async two =>
            {
                await WithIdentityAsync(two);
                await Federation.DoAsync(Nodes(two).Ensure(Pool));
            },
        },
        Verb("a virtual node of a slice that is not there", two => Nodes(two).Ensure(Pool)) with
        {
            Refusal = LiqoRefusal.SliceMissing,
        },
        Verb("cordon a virtual node", two => Nodes(two).Cordon(Federation.ProviderId, Federation.ProviderId)),
        Verb("uncordon a virtual node", two => Nodes(two).Uncordon(Federation.ProviderId, Federation.ProviderId)) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(Nodes(two).Cordon(Federation.ProviderId, Federation.ProviderId));
            },
        },
        Verb("cordon a tenant", two => Gate(two).Cordon("homelab")),
        Verb("uncordon a tenant", two => Gate(two).Uncordon("homelab")) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(Gate(two).Cordon("homelab"));
            },
        },
        Verb("drain a tenant", two => Gate(two).Drain("homelab")),
        Verb("activate a tenant", two => Gate(two).Activate("homelab")) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(Gate(two).Drain("homelab"));
            },
        },
        Verb("cordon a slice on the provider", two => Gate(two).CordonSlice("homelab", Federation.ProviderId)),
        Verb("uncordon a slice on the provider", two => Gate(two).UncordonSlice("homelab", Federation.ProviderId)) with
        {
            Before = async two =>
            {
                await two.PeerAsync();
                await Federation.DoAsync(Gate(two).CordonSlice("homelab", Federation.ProviderId));
            },
        },
        new("generate a peering user", "the chart's roles", "generate peering user")
        {
            Do = two => Task.FromResult(ScenarioVerb.GenerateUser(two)),
        },
        Verb("delete a peering user", two => new PeeringUsers(two.Rented.Liqo).Delete("homelab")) with
        {
            Before = two => new PeeringUsers(two.Rented.Liqo).GenerateAsync("homelab", cancellationToken: Stop),
        },
    ];

    private static SliceSpec Plugin => Gpus(1) with { Class = "of-a-plugin", Patience = Scenario.Short };

    private static Scenario Verb(string name, Func<Federation, LiqoOperation> operation) =>
        new(name, "the default", name)
        {
            Before = two => two.PeerAsync(),
            Do = two => Task.FromResult(ScenarioVerb.Of(operation(two))),
        };

    private static async Task WithSliceAsync(Federation two)
    {
        await two.PeerAsync();
        await Federation.DoAsync(Slices(two).Ensure(Gpus(1)));
    }

    /// <summary>A second slice, with so many GPUs.</summary>
    public static SliceSpec Gpus(int count) =>
        new()
        {
            ProviderId = Federation.ProviderId,
            Name = "second",
            Resources = new SliceResources
            {
                Cpu = "2",
                Memory = "8Gi",
                Gpus = count,
            },
            Patience = Scenario.Unhurried,
        };

    /// <summary>A virtual node of that slice.</summary>
    public static VirtualNodeSpec Pool =>
        new()
        {
            Name = "pool-a",
            ProviderId = Federation.ProviderId,
            SliceName = "second",
            Patience = Scenario.Unhurried,
        };

    /// <summary>A slice without a node, and the identity that follows its grant.</summary>
    public static async Task WithIdentityAsync(Federation two)
    {
        await two.PeerAsync();
        await Federation.DoAsync(Slices(two).Ensure(Gpus(1) with { HasNode = false }));
        await two.UntilAsync(async () =>
        {
            try
            {
                await Nodes(two).Ensure(Pool).PlanAsync(Stop);
                return true;
            }
            catch (LiqoRefusedException notYet) when (notYet.Refusal == LiqoRefusal.SliceMissing)
            {
                return false;
            }
        });
    }

    private static PeeringAuthenticator Authenticator(Federation two) => new(two.Home.Liqo, two.Rented.Liqo);

    private static SliceManager Slices(Federation two) => new(two.Home.Liqo);

    private static VirtualNodeManager Nodes(Federation two) => new(two.Home.Liqo);

    private static TenantGate Gate(Federation two) => new(two.Rented.Liqo);
}

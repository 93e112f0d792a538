using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Liqo.Users;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Something this package does, as every verb can be called: looked at, and done.</summary>
internal sealed record ScenarioVerb(
    Func<CancellationToken, Task> PlanAsync,
    Func<IProgress<LiqoStep>, CancellationToken, Task> ApplyAsync
)
{
    /// <summary>Whether it makes something new each time, and so is refused the second time.</summary>
    public bool IsOnce { get; init; }

    public static ScenarioVerb Of(LiqoOperation operation) =>
        new(
            operation.PlanAsync,
            async (progress, stop) => await operation.ApplyAsync(await operation.PlanAsync(stop), progress, stop)
        );

    public static ScenarioVerb Peer(Federation two, PeeringSpec? spec = null, LiqoCluster? provider = null)
    {
        PeeringProvisioner provisioner = new(two.Home.Liqo, provider ?? two.Rented.Liqo);
        var wanted = spec ?? Federation.Spec;
        return new(
            stop => provisioner.PlanAsync(wanted, stop),
            async (progress, stop) =>
                await provisioner.ApplyAsync(await provisioner.PlanAsync(wanted, stop), progress, stop)
        );
    }

    public static ScenarioVerb Unpeer(Federation two, TimeSpan? patience = null)
    {
        PeeringRemover remover = new(two.Home.Liqo, two.Rented.Liqo);
        UnpeeringSpec spec = new() { Patience = patience ?? Scenario.Unhurried };
        return new(
            stop => remover.PlanAsync(spec, stop),
            async (progress, stop) => await remover.ApplyAsync(await remover.PlanAsync(spec, stop), progress, stop)
        );
    }

    public static ScenarioVerb Force(Federation two, TimeSpan? patience = null)
    {
        ForcedPeeringRemover remover = new(two.Home.Liqo);
        ForcedRemovalSpec spec = new()
        {
            ProviderId = Federation.ProviderId,
            IsKnownGone = true,
            Patience = patience ?? Scenario.Unhurried,
        };
        return new(
            stop => remover.PlanAsync(spec, stop),
            async (progress, stop) => await remover.ApplyAsync(await remover.PlanAsync(spec, stop), progress, stop)
        );
    }

    public static ScenarioVerb Depart(Federation two)
    {
        PeeringDeparture departure = new(two.Home.Liqo, two.Rented.Liqo);
        DepartureSpec spec = new()
        {
            Budget = Scenario.Unhurried,
            PodGrace = TimeSpan.FromHours(1),
            ForcePatience = TimeSpan.FromHours(1),
        };
        return new(
            stop => departure.PlanAsync(spec, stop),
            (progress, stop) => departure.ApplyAsync(spec, progress, stop)
        );
    }

    public static ScenarioVerb Offload(Federation two, OffloadingSpec? spec = null)
    {
        NamespaceOffloader offloader = new(two.Home.Liqo);
        var wanted = spec ?? new OffloadingSpec { Namespace = Federation.Offloaded, Patience = Scenario.Unhurried };
        return new(
            stop => offloader.PlanAsync(wanted, stop),
            async (progress, stop) =>
                await offloader.ApplyAsync(await offloader.PlanAsync(wanted, stop), progress, stop)
        );
    }

    public static ScenarioVerb Unoffload(Federation two) =>
        Of(new NamespaceOffloader(two.Home.Liqo).Removal(Federation.Offloaded, Scenario.Unhurried));

    public static ScenarioVerb GenerateUser(Federation two)
    {
        PeeringUsers users = new(two.Rented.Liqo);
        return new(
            stop => users.PlanAsync("homelab", cancellationToken: stop),
            (progress, stop) => users.GenerateAsync("homelab", progress: progress, cancellationToken: stop)
        )
        {
            IsOnce = true,
        };
    }
}

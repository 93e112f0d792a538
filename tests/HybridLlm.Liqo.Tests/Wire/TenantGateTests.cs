using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Wire;

public sealed class TenantGateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_is_cordoned_uncordoned_drained_and_activated()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        TenantGate gate = new(two.Rented.Liqo);

        await Federation.DoAsync(gate.Cordon("homelab"));
        (await ConditionAsync(two)).ShouldBe("Cordoned");
        (await gate.Cordon("homelab").PlanAsync(Stop)).Steps.ShouldBeEmpty();
        await Federation.DoAsync(gate.Uncordon("homelab"));
        (await ConditionAsync(two)).ShouldBe("Active");

        await Federation.DoAsync(gate.Drain("homelab"));
        (await ConditionAsync(two)).ShouldBe("Drained");
        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => gate.Cordon("homelab").PlanAsync(Stop));
        refusal.Refusal.ShouldBe(LiqoRefusal.TenantCordoned);
        await Federation.DoAsync(gate.Activate("homelab"));
        (await ConditionAsync(two)).ShouldBe("Active");
    }

    [Fact]
    public async Task A_slice_is_cordoned_on_the_provider_and_uncordoned()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        TenantGate gate = new(two.Rented.Liqo);

        await Federation.DoAsync(gate.CordonSlice("homelab", Federation.ProviderId));
        (await ReplicaAsync(two)).Annotation("liqo.io/cordon").ShouldBe("true");
        (await gate.CordonSlice("homelab", Federation.ProviderId).PlanAsync(Stop)).Steps.ShouldBeEmpty();
        await Federation.DoAsync(gate.UncordonSlice("homelab", Federation.ProviderId));
        (await ReplicaAsync(two)).Annotation("liqo.io/cordon").ShouldBeNull();
    }

    [Fact]
    public async Task A_consumer_nobody_knows_is_refused_with_the_reason()
    {
        await using var two = await Federation.StartAsync();

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() =>
            new TenantGate(two.Rented.Liqo).Cordon("homelab").PlanAsync(Stop)
        );

        refusal.Refusal.ShouldBe(LiqoRefusal.TenantMissing);
    }

    private static async Task<string?> ConditionAsync(Federation two) =>
        (
            (Tenant)
                (
                    await two.Rented.Liqo.Port.GetAsync(Kinds.Tenant, "liqo-tenant-homelab", "homelab", Stop)
                ).ShouldNotBeNull()
        )
            .Spec
            ?.TenantCondition;

    private static async Task<ClusterObject> ReplicaAsync(Federation two) =>
        (
            await two.Rented.Liqo.Port.GetAsync(Kinds.ResourceSlice, "liqo-tenant-homelab", Federation.ProviderId, Stop)
        ).ShouldNotBeNull();
}

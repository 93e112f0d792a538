using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Testing.Liqo.Peering;

namespace HybridLlm.Liqo.Tests.Wire;

public sealed class FederationTests
{
    /// <summary>Takes no one's word for the provider's death. On a real server, namespaces take real seconds to end.</summary>
    private static readonly ForcedRemovalSpec s_force = new()
    {
        ProviderId = Federation.ProviderId,
        Patience = TimeSpan.FromMinutes(RealKubernetes.Binaries is null ? 1 : 15),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peering_ends_at_the_Ready_node_and_a_second_apply_writes_nothing(bool rsa)
    {
        await using var two = await Federation.StartAsync(o => o.UsesRsaKeys = rsa);

        var status = await two.PeerAsync();
        status.Phase.ShouldBe(PeeringPhase.Ready);
        status.Allocatable["nvidia.com/gpu"].ShouldBe("1");

        var (home, rented) = (two.Home.Writes, two.Rented.Writes);
        (await two.PeerAsync()).Phase.ShouldBe(PeeringPhase.Ready);
        (two.Home.Writes, two.Rented.Writes).ShouldBe((home, rented));
    }

    [Fact]
    public async Task A_peering_costs_as_many_calls_however_long_Liqo_takes()
    {
        static async Task<int> CallsAsync(TimeSpan delay)
        {
            await using var two = await Federation.StartAsync(o => o.SliceTime = delay);
            var before = two.Home.Cluster.Calls.Count + two.Rented.Cluster.Calls.Count;
            await two.PeerAsync();
            return two.Home.Cluster.Calls.Count + two.Rented.Cluster.Calls.Count - before;
        }

        var calls = await CallsAsync(TimeSpan.FromSeconds(1));

        // A watch is made anew every few minutes.
        (await CallsAsync(TimeSpan.FromMinutes(3))).ShouldBeInRange(0, calls + 4);
    }

    [Fact]
    public async Task Peer_offload_unpeer_leaves_the_consumer_exactly_as_it_was()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        (await two.OffloadAsync()).Phase.ShouldBe(OffloadingPhase.Ready);
        await two.RunPodAsync();

        await two.StopPodAsync();
        await two.UnpeerAsync();
        await two.UnoffloadAsync();

        two.Changes().ShouldBeEmpty();
        var writes = two.Home.Writes + two.Rented.Writes;
        await two.UnpeerAsync();
        (two.Home.Writes + two.Rented.Writes).ShouldBe(writes);
    }

    [Fact]
    public async Task A_provider_killed_and_removed_by_force_leaves_the_consumer_exactly_as_it_was()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.OffloadAsync();
        await two.RunPodAsync();

        await two.Rented.Cluster.KillAsync();
        var report = await two.ForceAsync();
        await two.UnoffloadAsync();
        await two.StopPodAsync();

        two.Changes().ShouldBeEmpty();
        report.Forced.Select(s => s.Kind).Distinct().ShouldBe(["Pod"]);
        (await two.ForceAsync()).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_drain_that_hangs_since_before_is_freed()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.OffloadAsync();
        await two.RunPodAsync();
        await two.Rented.Cluster.KillAsync();
        await two.Home.Liqo.Port.DeleteAsync(
            Kinds.VirtualNode,
            "liqo-tenant-aws-gpu-1",
            Federation.ProviderId,
            atOnce: false,
            Stop
        );

        await two.ForceAsync();
        await two.UnoffloadAsync();
        await two.StopPodAsync();

        two.Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_death_that_the_consumer_noticed_needs_no_other_proof()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();
        await two.NoticeDeathAsync();

        ForcedPeeringRemover remover = new(two.Home.Liqo, two.Rented.Connection);
        await remover.ApplyAsync(await remover.PlanAsync(s_force, Stop), cancellationToken: Stop);

        two.Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task With_Liqo_s_controllers_dead_the_finalizers_are_forced()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();
        await two.NoticeDeathAsync();
        await two.Home.Emulated.DisposeAsync();

        ForcedPeeringRemover remover = new(two.Home.Liqo);
        var plan = await remover.PlanAsync(s_force, Stop);
        var timedOut = await Should.ThrowAsync<WaitTimedOutException>(() =>
            remover.ApplyAsync(plan, cancellationToken: Stop)
        );

        // Only the ForeignCluster's own finalizer, which needs no provider, waits for Liqo to come back.
        timedOut.Step.Kind.ShouldBe("ForeignCluster");
        (await new PeeringScanner(two.Home.Liqo).ScanAsync(Stop))
            .ShouldHaveSingleItem()
            .Objects.Select(o => o.ToString())
            .ShouldBe(["ForeignCluster aws-gpu-1"]);
    }

    [Fact]
    public async Task A_provider_that_lives_is_not_removed_by_force()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        var writes = two.Home.Writes;

        ForcedPeeringRemover probing = new(two.Home.Liqo, two.Rented.Connection);
        (await Should.ThrowAsync<LiqoRefusedException>(() => probing.PlanAsync(s_force, Stop))).Refusal.ShouldBe(
            LiqoRefusal.ProviderAlive
        );

        ForcedPeeringRemover blind = new(two.Home.Liqo);
        var plan = await blind.PlanAsync(s_force, Stop);
        (
            await Should.ThrowAsync<LiqoRefusedException>(() => blind.ApplyAsync(plan, cancellationToken: Stop))
        ).Refusal.ShouldBe(LiqoRefusal.ProviderAlive);
        two.Home.Writes.ShouldBe(writes);
    }

    [Fact]
    public async Task A_stale_id_that_returns_is_refused_with_the_reason_before_any_write()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.ReplaceProviderAsync();
        var writes = two.Home.Writes;

        var refusal = await Should.ThrowAsync<StaleClusterIdException>(() => two.PeerAsync());

        refusal.ProviderId.ShouldBe(Federation.ProviderId);
        refusal.Evidence.ShouldNotBeEmpty();
        (two.Home.Writes - writes, two.Rented.Writes).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_dead_provider_ends_a_graceful_unpeering_with_the_way_out()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();
        var writes = two.Home.Writes;

        var lost = await Should.ThrowAsync<ClusterUnreachableException>(() => two.UnpeerAsync());

        lost.Remedy.ShouldContain("ForcedPeeringRemover");
        two.Home.Writes.ShouldBe(writes);
    }

    [Theory]
    [InlineData(SliceAnswer.DenyAuthentication)]
    [InlineData(SliceAnswer.DenyResources)]
    public async Task A_provider_that_denies_ends_the_wait_at_once(SliceAnswer answer)
    {
        await using var two = await Federation.StartAsync(o => o.SliceAnswer = answer);

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => two.PeerAsync());

        refusal.Refusal.ShouldBe(LiqoRefusal.SliceDenied);
        await two.UnpeerAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_provider_that_never_answers_ends_in_a_time_out_that_says_so()
    {
        await using var two = await Federation.StartAsync(o => o.SliceAnswer = SliceAnswer.NeverAnswerResources);

        PeeringProvisioner provisioner = new(two.Home.Liqo, two.Rented.Liqo);
        var plan = await provisioner.PlanAsync(Federation.Spec with { Patience = TimeSpan.FromMinutes(10) }, Stop);
        var late = await Should.ThrowAsync<WaitTimedOutException>(() =>
            provisioner.ApplyAsync(plan, cancellationToken: Stop)
        );

        late.Step.Kind.ShouldBe("ResourceSlice");
        late.LastObserved.ShouldContain("no answer about resources");
        late.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_scan_finds_what_a_vanished_provider_left_and_nothing_after_its_removal()
    {
        await using var two = await Federation.StartAsync();
        PeeringScanner scanner = new(two.Home.Liqo);
        (await scanner.ScanAsync(Stop)).ShouldBeEmpty();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();

        var trace = (await scanner.ScanAsync(Stop)).ShouldHaveSingleItem();
        trace.PeerId.ShouldBe(Federation.ProviderId);
        trace.Objects.Select(o => o.Kind).ShouldContain("ResourceSlice");
        await two.ForceAsync();

        (await scanner.ScanAsync(Stop)).ShouldBeEmpty();
        (await scanner.ReadAsync(Federation.ProviderId, cancellationToken: Stop)).Phase.ShouldBe(PeeringPhase.None);
    }
}

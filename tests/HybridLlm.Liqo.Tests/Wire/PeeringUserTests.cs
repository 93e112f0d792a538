using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Users;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A consumer whose user on the provider may do no more than the chart's peering-user roles say.</summary>
public sealed class PeeringUserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PeeringUserKey.Ecdsa)]
    [InlineData(PeeringUserKey.Rsa)]
    public async Task A_peering_user_peers_offloads_and_unpeers_without_further_rights(PeeringUserKey key)
    {
        await using var two = await Federation.StartAsync();
        var user = await new PeeringUsers(two.Rented.Liqo).GenerateAsync("homelab", key, cancellationToken: Stop);
        using var connection = two.Connect(user.Kubeconfig);
        var provider = await LiqoCluster.WaitUntilReadyAsync(
            connection,
            TimeSpan.FromHours(4),
            cancellationToken: Stop
        );

        (await two.PeerAsync(provider: provider)).Phase.ShouldBe(PeeringPhase.Ready);
        (await two.OffloadAsync()).Phase.ShouldBe(OffloadingPhase.Ready);
        var writes = two.Home.Writes + two.Rented.Writes;
        await two.PeerAsync(provider: provider);
        (two.Home.Writes + two.Rented.Writes).ShouldBe(writes);
        await two.UnpeerAsync(provider: provider);
        await two.UnoffloadAsync();

        two.Changes().ShouldBeEmpty();
        two.Rented.Cluster.Calls.ShouldContain(c => c.User == user.Name && c.Status == 403);
        two.Rented.Cluster.Calls.Where(c => c.User == user.Name && c.Verb == "create").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_user_who_may_update_and_not_patch_changes_what_must_be_changed()
    {
        await using var two = await Federation.StartAsync();
        var user = await new PeeringUsers(two.Rented.Liqo).GenerateAsync("homelab", cancellationToken: Stop);
        using var connection = two.Connect(user.Kubeconfig);
        var provider = await LiqoCluster.ConnectAsync(connection, cancellationToken: Stop);
        await two.PeerAsync(provider: provider);
        // As if the consumer's signature had been another one before.
        await two.Rented.Liqo.Port.MergeAsync(
            Kinds.Tenant,
            "liqo-tenant-homelab",
            "homelab",
            new System.Text.Json.Nodes.JsonObject
            {
                ["spec"] = new System.Text.Json.Nodes.JsonObject { ["signature"] = "b3RoZXI=" },
            },
            Stop
        );

        (await two.PeerAsync(provider: provider)).Phase.ShouldBe(PeeringPhase.Ready);

        two.Rented.Cluster.Calls.ShouldContain(c =>
            c.User == user.Name && c.Verb == "update" && c.Resource == "tenants" && c.Status == 200
        );
    }

    [Fact]
    public async Task A_second_user_is_refused_until_the_first_is_deleted_which_then_opens_nothing()
    {
        await using var two = await Federation.StartAsync();
        PeeringUsers users = new(two.Rented.Liqo);
        var first = await users.GenerateAsync("homelab", cancellationToken: Stop);

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() =>
            users.GenerateAsync("homelab", cancellationToken: Stop)
        );
        refusal.Refusal.ShouldBe(LiqoRefusal.PeeringUserExists);

        await Federation.DoAsync(users.Delete("homelab"));
        (await users.Delete("homelab").PlanAsync(Stop)).Steps.ShouldBeEmpty();
        using var connection = two.Connect(first.Kubeconfig);
        var denied = await Should.ThrowAsync<KubernetesCallException>(() =>
            LiqoCluster.ConnectAsync(connection, cancellationToken: Stop)
        );
        denied.Kind.ShouldBe(KubernetesErrorKind.Forbidden);

        var second = await users.GenerateAsync("homelab", cancellationToken: Stop);
        second.Name.ShouldNotBe(first.Name);
        second.ExpiresAt.ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_generation_cut_off_is_completed_with_another_key(int step)
    {
        await using var two = await Federation.StartAsync();
        PeeringUsers users = new(two.Rented.Liqo);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await Should.ThrowAsync<OperationCanceledException>(() =>
            users.GenerateAsync("homelab", progress: new Interruption(step, stop.Cancel), cancellationToken: stop.Token)
        );

        var user = await users.GenerateAsync("homelab", cancellationToken: Stop);
        using var connection = two.Connect(user.Kubeconfig);
        (await LiqoCluster.ConnectAsync(connection, cancellationToken: Stop)).Id.ShouldBe(Federation.ProviderId);
    }

    [Fact]
    public async Task Neither_a_user_nor_its_keys_print_a_secret()
    {
        var keys = PeeringUserKeys.Create("homelab", PeeringUserKey.Ecdsa);
        keys.ToString().ShouldNotContain("PRIVATE");

        await using var two = await Federation.StartAsync();
        List<LiqoStep> steps = [];
        var user = await new PeeringUsers(two.Rented.Liqo).GenerateAsync(
            "homelab",
            progress: new Told(steps),
            cancellationToken: Stop
        );
        user.ToString().ShouldNotContain("client-key");
        string.Concat(steps.Select(s => s.Content + s)).ShouldNotContain("PRIVATE");
    }
}

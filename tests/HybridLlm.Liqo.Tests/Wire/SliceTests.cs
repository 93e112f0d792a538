using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Scenarios;
using HybridLlm.Testing.Liqo;
using k8s;
using k8s.Models;
using VirtualNodeSpec = HybridLlm.Liqo.Slices.VirtualNodeSpec;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Further slices of a peered provider, and virtual nodes by hand.</summary>
public sealed class SliceTests
{
    private const string OnConsumer = "liqo-tenant-aws-gpu-1";

    private static readonly TimeSpan s_patience = TimeSpan.FromHours(4);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slice_with_a_GPU_is_created_resized_and_given_back()
    {
        await using var two = await PeeredAsync();
        SliceManager slices = new(two.Home.Liqo);
        var before = await two.SettledAsync();

        await Federation.DoAsync(slices.Ensure(Gpus(1)));
        (await GpusAsync(two)).ShouldBe("1");
        (await slices.Ensure(Gpus(1)).PlanAsync(Stop)).Steps.ShouldBeEmpty();

        await Federation.DoAsync(slices.Ensure(Gpus(2)));
        (await GpusAsync(two)).ShouldBe("2");
        var listed = (await slices.ListAsync(Stop)).ShouldNotBeNull();
        listed.Select(s => (s.Name, s.IsGranted)).ShouldBe([("aws-gpu-1", true), ("second", true)]);
        listed[1].Granted["nvidia.com/gpu"].ShouldBe("2");

        await Federation.DoAsync(slices.Ensure(Gpus(0)));
        await two.UntilAsync(async () => await GpusAsync(two) is null);

        await Federation.DoAsync(slices.Delete(Federation.ProviderId, "second", s_patience));
        await two.UntilAsync(() =>
            Task.FromResult(Durable(two.Home.Listing().Keys).ToHashSet().SetEquals(Durable(before)))
        );
        (await slices.Delete(Federation.ProviderId, "second").PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slice_that_names_nothing_gets_the_provider_s_defaults()
    {
        await using var two = await PeeredAsync();
        SliceManager slices = new(two.Home.Liqo);
        var spec = Gpus(0) with { Resources = new SliceResources { Pods = null } };

        await Federation.DoAsync(slices.Ensure(spec));

        var slice = (await slices.ListAsync(Stop)).Single(s => s.Name == "second");
        slice.Asked.ShouldBeEmpty();
        (slice.Granted["cpu"], slice.Granted["memory"], slice.Granted["pods"]).ShouldBe(("4", "8Gi", "110"));
        (await slices.Ensure(spec).PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slice_of_a_provider_that_is_not_peered_is_refused()
    {
        await using var two = await Federation.StartAsync();

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() =>
            new SliceManager(two.Home.Liqo).Ensure(Gpus(1)).PlanAsync(Stop)
        );

        refusal.Refusal.ShouldBe(LiqoRefusal.TenantMissing);
    }

    [Fact]
    public async Task A_slice_of_a_dead_provider_ends_its_wait_with_the_way_out()
    {
        await using var two = await PeeredAsync();
        var ensure = new SliceManager(two.Home.Liqo).Ensure(Gpus(1));
        // A plan made after the death may be refused already.
        var plan = await ensure.PlanAsync(Stop);
        await two.Rented.Cluster.KillAsync();

        var lost = await Should.ThrowAsync<LiqoRefusedException>(() => ensure.ApplyAsync(plan, null, Stop));

        lost.Refusal.ShouldBe(LiqoRefusal.ProviderUnreachable);
        lost.Remedy.ShouldContain("ForcedPeeringRemover");
    }

    [Fact]
    public async Task A_virtual_node_by_hand_stands_for_a_slice_without_one()
    {
        await using var two = await PeeredAsync();
        VirtualNodeManager nodes = new(two.Home.Liqo);
        var spec = Pool() with
        {
            Labels = new Dictionary<string, string> { ["pool"] = "a" },
            RemoteRuntimeClass = "nvidia",
        };
        await SmallVerbScenarios.WithIdentityAsync(two);

        await Federation.DoAsync(nodes.Ensure(spec));

        var node = await two.Home.Admin.ReadNodeAsync("pool-a", cancellationToken: Stop);
        node.Metadata.Labels["pool"].ShouldBe("a");
        node.Status.Allocatable["nvidia.com/gpu"].ToString().ShouldBe("1");
        (await nodes.Ensure(spec).PlanAsync(Stop)).Steps.ShouldBeEmpty();

        await Federation.DoAsync(nodes.Cordon(Federation.ProviderId, "pool-a"));
        (await two.Home.Admin.ReadNodeAsync("pool-a", cancellationToken: Stop)).Spec.Unschedulable.ShouldBe(true);
        (await nodes.Cordon(Federation.ProviderId, "pool-a").PlanAsync(Stop)).Steps.ShouldBeEmpty();
        await Federation.DoAsync(nodes.Uncordon(Federation.ProviderId, "pool-a"));
        (await two.Home.Admin.ReadNodeAsync("pool-a", cancellationToken: Stop)).Spec.Unschedulable.ShouldNotBe(true);

        await Federation.DoAsync(nodes.Delete(Federation.ProviderId, "pool-a", s_patience));
        (await nodes.Delete(Federation.ProviderId, "pool-a").PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_virtual_node_offers_the_classes_it_is_told_and_otherwise_the_slice_s(bool hasLiqosSchemas)
    {
        var schemas = hasLiqosSchemas ? RealKubernetes.LiqoDefinitions() : null;
        await using var two = await Federation.StartAsync(
            o => (o.ClusterLabels, o.Definitions) = (new Dictionary<string, string> { ["pool"] = "any" }, schemas),
            o => o.Definitions = schemas
        );
        await two.PeerAsync();
        VirtualNodeManager nodes = new(two.Home.Liqo);
        await SmallVerbScenarios.WithIdentityAsync(two);

        await Federation.DoAsync(nodes.Ensure(Pool()));
        var granted = await SpecAsync(two);
        granted.StorageClasses!.Select(c => c.StorageClassName).ShouldBe(["liqo"]);
        granted.Labels!["pool"].ShouldBe("any");

        var own = Pool() with
        {
            StorageClasses = ["fast", "slow"],
            IngressClasses = ["nginx"],
            LoadBalancerClasses = ["metallb", "other"],
            Labels = new Dictionary<string, string> { ["pool"] = "a" },
            KubeletTemplate = "liqo/virtual-kubelet-default",
        };
        await Federation.DoAsync(nodes.Ensure(own));

        var spec = await SpecAsync(two);
        spec.StorageClasses!.Select(c => (c.StorageClassName, c.Default)).ShouldBe([("fast", true), ("slow", null)]);
        spec.IngressClasses!.Select(c => (c.IngressClassName, c.Default)).ShouldBe([("nginx", true)]);
        spec.LoadBalancerClasses!.Select(c => (c.LoadBalancerClassName, c.Default))
            .ShouldBe([("metallb", true), ("other", null)]);
        spec.Labels!["pool"].ShouldBe("a");
        spec.VkOptionsTemplateRef!.Name.ShouldBe("virtual-kubelet-default");
        var writes = two.Home.Writes;
        await Federation.DoAsync(nodes.Ensure(own));
        two.Home.Writes.ShouldBe(writes);

        await Federation.DoAsync(nodes.Ensure(own with { StorageClasses = [] }));
        (await SpecAsync(two)).StorageClasses.ShouldBe([]);
    }

    [Fact]
    public async Task A_virtual_node_enters_its_provider_with_a_kubeconfig_from_elsewhere()
    {
        await using var two = await PeeredAsync();
        VirtualNodeManager nodes = new(two.Home.Liqo);
        var spec = Pool() with
        {
            SliceName = null,
            KubeconfigSecret = "from-elsewhere",
            Resources = new Dictionary<string, string>
            {
                ["cpu"] = "2",
                ["memory"] = "4Gi",
                ["pods"] = "110",
            },
        };
        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => nodes.Ensure(spec).PlanAsync(Stop));
        refusal.Refusal.ShouldBe(LiqoRefusal.KubeconfigMissing);
        await two.Home.Admin.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "from-elsewhere" },
                StringData = new Dictionary<string, string> { ["kubeconfig"] = "apiVersion: v1" },
            },
            OnConsumer,
            cancellationToken: Stop
        );

        await Federation.DoAsync(nodes.Ensure(spec));

        (await SpecAsync(two)).KubeconfigSecretRef!.Name.ShouldBe("from-elsewhere");
        (await nodes.Ensure(spec).PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public void Every_fault_of_a_virtual_node_is_named_at_once()
    {
        VirtualNodeSpec spec = new()
        {
            Name = "Not a name",
            ProviderId = Federation.ProviderId,
            StorageClasses = ["a", "a"],
            IngressClasses = [""],
            KubeletTemplate = "default",
            Patience = TimeSpan.Zero,
        };

        spec.Faults().OfType<string>().Count().ShouldBe(7);
    }

    [Fact]
    public async Task A_virtual_node_made_again_at_once_is_not_the_node_before()
    {
        await using var two = await PeeredAsync(o => o.NodeRemovalTime = TimeSpan.FromMinutes(2));
        VirtualNodeManager nodes = new(two.Home.Liqo);
        await SmallVerbScenarios.WithIdentityAsync(two);
        await Federation.DoAsync(nodes.Ensure(Pool()));
        var before = await two.Home.Admin.ReadNodeAsync("pool-a", cancellationToken: Stop);
        await two.Home.Liqo.Port.DeleteAsync(Kinds.VirtualNode, OnConsumer, "pool-a", atOnce: false, Stop);

        await Federation.DoAsync(nodes.Ensure(Pool()));

        (await two.Home.Admin.ReadNodeAsync("pool-a", cancellationToken: Stop)).Uid().ShouldNotBe(before.Uid());
        (await nodes.Ensure(Pool()).PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_peering_whose_node_is_that_of_the_slice_before_is_not_Ready()
    {
        await using var two = await PeeredAsync(o => o.NodeRemovalTime = TimeSpan.FromHours(1));
        await two.Home.Liqo.Port.DeleteAsync(
            Kinds.ResourceSlice,
            OnConsumer,
            Federation.ProviderId,
            atOnce: false,
            Stop
        );
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Granted granted = new(stop);

        await Should.ThrowAsync<OperationCanceledException>(() => two.PeerAsync(granted, stop.Token));

        var status = await new PeeringScanner(two.Home.Liqo).ReadAsync(Federation.ProviderId, cancellationToken: Stop);
        status.Conditions.ShouldContain(c => c.StartsWith("node: Ready is True", StringComparison.Ordinal));
        status.Phase.ShouldBe(PeeringPhase.Incomplete);
    }

    [Fact]
    public async Task Credentials_are_given_and_taken_back_apart_from_a_peering()
    {
        await using var two = await Federation.StartAsync();
        PeeringAuthenticator authenticator = new(two.Home.Liqo, two.Rented.Liqo);

        await Federation.DoAsync(authenticator.Authenticate(s_patience));
        (await authenticator.Authenticate().PlanAsync(Stop)).Steps.ShouldBeEmpty();
        await Federation.DoAsync(new SliceManager(two.Home.Liqo).Ensure(Gpus(1) with { HasNode = false }));
        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() =>
            authenticator.Unauthenticate().PlanAsync(Stop)
        );
        refusal.Refusal.ShouldBe(LiqoRefusal.SlicesLeft);

        await Federation.DoAsync(new SliceManager(two.Home.Liqo).Delete(Federation.ProviderId, "second", s_patience));
        await Federation.DoAsync(authenticator.Unauthenticate(s_patience));
        (await authenticator.Unauthenticate().PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    private static async Task<Federation> PeeredAsync(Action<EmulatedLiqoOptions>? consumer = null)
    {
        var two = await Federation.StartAsync(consumer: consumer);
        await two.PeerAsync();
        return two;
    }

    private static async Task<HybridLlm.Liqo.Resources.VirtualNodeSpec> SpecAsync(Federation two) =>
        ((VirtualNode?)await two.Home.Liqo.Port.GetAsync(Kinds.VirtualNode, OnConsumer, "pool-a", Stop))!.Spec!;

    private static VirtualNodeSpec Pool() => SmallVerbScenarios.Pool;

    private static SliceSpec Gpus(int count) => SmallVerbScenarios.Gpus(count);

    private static async Task<string?> GpusAsync(Federation two)
    {
        var node = await two.Home.Admin.ReadNodeAsync("second", cancellationToken: Stop);
        return node.Status.Allocatable.TryGetValue("nvidia.com/gpu", out var amount) ? amount.ToString() : null;
    }

    /// <summary>Without leases and certificate requests, which Liqo leaves to their own ends.</summary>
    private static IEnumerable<string> Durable(IEnumerable<string> keys) =>
        keys.Where(k =>
            !k.Contains(" Lease ", StringComparison.Ordinal)
            && !k.Contains(" CertificateSigningRequest ", StringComparison.Ordinal)
        );

    /// <summary>Cuts off when the slice is granted.</summary>
    private sealed class Granted(CancellationTokenSource stop) : IProgress<LiqoStep>
    {
        public void Report(LiqoStep value)
        {
            if (
                value is { Verb: LiqoVerb.Wait, Kind: "ResourceSlice" }
                && value.Purpose.Contains("grant", StringComparison.Ordinal)
            )
            {
                stop.Cancel();
            }
        }
    }
}

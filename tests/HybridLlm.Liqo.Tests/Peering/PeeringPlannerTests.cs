using System.Globalization;
using FsCheck.Xunit;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Steps;
using static HybridLlm.Liqo.Tests.Peering.SimulatedPeering;

namespace HybridLlm.Liqo.Tests.Peering;

public sealed class PeeringPlannerTests
{
    private static readonly PeeringFacts s_peered = Run(Spec, Nothing);

    [Fact]
    public void A_peering_from_nothing_matches_golden() =>
        Golden.Match(
            "peering-plan.txt",
            string.Join('\n', PeeringPlanner.Plan(Spec, Nothing).Select(s => s.Publish()))
        );

    [Fact]
    public void A_peering_that_stands_needs_nothing() => PeeringPlanner.Plan(Spec, s_peered).ShouldBeEmpty();

    [Property(Replay = "(2,7)", MaxTest = 40)]
    public bool A_peering_cut_off_anywhere_is_completed_by_steps_of_the_same_plan(byte cut)
    {
        List<LiqoStep> agreed = [.. PeeringPlanner.Plan(Spec, Nothing).Select(s => s.Publish())];
        var half = Run(Spec, Nothing, cut % (agreed.Count + 1));

        return PeeringPlanner.Plan(Spec, half).All(s => agreed.Any(s.Publish().IsSameAs))
            && PeeringPlanner.Plan(Spec, Run(Spec, half)).Count == 0;
    }

    [Fact]
    public void A_larger_wish_changes_the_slice_and_nothing_else()
    {
        var larger = Spec with { Resources = Spec.Resources with { Memory = "32Gi" } };

        var step = PeeringPlanner.Plan(larger, s_peered)[0].Publish();

        (step.Verb, step.Kind, step.Content).ShouldBe(
            (LiqoVerb.Update, "ResourceSlice", """{"spec":{"resources":{"memory":"32Gi"}}}""")
        );
        PeeringPlanner.Plan(larger, Run(larger, s_peered)).ShouldBeEmpty();
    }

    [Fact]
    public void A_resource_wished_no_more_is_taken_off_the_slice()
    {
        var without = Spec with { Resources = Spec.Resources with { Gpus = 0 } };

        PeeringPlanner
            .Plan(without, s_peered)[0]
            .Publish()
            .Content.ShouldBe("""{"spec":{"resources":{"nvidia.com/gpu":null}}}""");
    }

    [Theory]
    [InlineData("2030-01-01T00:00:09Z", null, null, false)]
    [InlineData("2030-01-01T00:00:10Z", null, null, true)]
    [InlineData("2030-01-01T00:00:11Z", null, null, true)]
    [InlineData("2030-01-01T00:00:09Z", "the slice", null, true)]
    [InlineData("2030-01-01T00:00:09Z", "", null, true)]
    [InlineData("2030-01-01T00:00:09Z", "the slice before", null, false)]
    [InlineData("2030-01-01T00:00:09Z", "the slice", "2030-01-01T00:00:12Z", false)]
    public void A_node_older_than_its_slice_counts_only_where_the_virtual_node_is_the_slice_s(
        string made,
        string? owner,
        string? deleted,
        bool isOfSlice
    )
    {
        var facts = With(
            s_peered,
            Slice,
            """{"metadata":{"uid":"the slice","creationTimestamp":"2030-01-01T00:00:10Z"}}"""
        );
        ObjectKey node = new(ClusterSide.Consumer, Kinds.Node, null, Provider);
        facts = With(facts, node, $$$"""{"metadata":{"creationTimestamp":"{{{made}}}"}}""");
        if (owner is not null)
        {
            facts = facts with
            {
                World = facts.World.With(ClusterSide.Consumer, Kinds.VirtualNode, VirtualNode(owner, deleted)),
            };
        }

        var plan = PeeringPlanner.Plan(Spec, facts);

        plan.Select(s => (s.Publish().Verb, s.Object)).ShouldBe(isOfSlice ? [] : [(LiqoVerb.Wait, node)]);
    }

    [Fact]
    public void A_denied_slice_ends_the_wait_with_the_provider_s_words() =>
        Refused(
                With(
                    s_peered,
                    Slice,
                    """{"status":{"conditions":[{"type":"Resources","status":"Denied","message":"no GPU left"}]}}"""
                )
            )
            .ShouldSatisfyAllConditions(
                r => r.Refusal.ShouldBe(LiqoRefusal.SliceDenied),
                r => r.Message.ShouldContain("no GPU left")
            );

    [Fact]
    public void A_wish_changed_after_a_denial_is_asked_anew()
    {
        var denied = With(s_peered, Slice, """{"status":{"conditions":[{"type":"Resources","status":"Denied"}]}}""");
        var smaller = Spec with { Resources = Spec.Resources with { Memory = "1Gi" } };

        PeeringPlanner
            .Plan(smaller, denied)
            .Take(3)
            .Select(s => s.Publish().Verb)
            .ShouldBe([LiqoVerb.Delete, LiqoVerb.Create, LiqoVerb.Wait]);
    }

    [Fact]
    public void A_cordoned_tenant_is_refused_rather_than_made_active_again() =>
        Refused(With(s_peered, Tenant, """{"spec":{"tenantCondition":"Cordoned"}}"""))
            .Refusal.ShouldBe(LiqoRefusal.TenantCordoned);

    [Fact]
    public void A_certificate_request_kept_for_another_key_is_forgotten_first()
    {
        ObjectKey kept = new(ClusterSide.Provider, Kinds.Secret, "liqo-tenant-homelab", "liqo-remote-certificate");
        var facts = Nothing with
        {
            World = Run(Spec, Nothing, 2)
                .World.With(
                    kept.Cluster,
                    kept.Kind,
                    new Secret
                    {
                        Metadata = new ObjectMeta { Name = kept.Name, Namespace = kept.Namespace },
                        Data = new Dictionary<string, byte[]> { ["csr"] = [1, 2, 3] },
                    }
                ),
        };

        var plan = PeeringPlanner.Plan(Spec, facts).Select(s => s.Publish()).ToList();

        plan.FindIndex(s => s is { Verb: LiqoVerb.Delete, Name: "liqo-remote-certificate" })
            .ShouldBeInRange(0, plan.FindIndex(s => s is { Verb: LiqoVerb.Create, Kind: "Tenant" }));
    }

    [Fact]
    public void A_foreign_certificate_in_the_Tenant_is_waited_out()
    {
        var facts = With(s_peered, Tenant, """{"status":{"authParams":{"signedCRT":"bm9uZQ=="}}}""");

        PeeringPlanner.Plan(Spec, facts)[0].ShouldBeOfType<WaitStep>().LastObserved.ShouldContain("another key");
    }

    [Fact]
    public void A_verdict_of_the_provider_ends_the_wait()
    {
        var facts = With(s_peered, Tenant, """{"status":null}""");
        Event verdict = new()
        {
            Metadata = new ObjectMeta { Name = "homelab.1", Namespace = "liqo-tenant-homelab" },
            Reason = "SignatureVerificationFailed",
            Message = "the signature is not valid",
            InvolvedObject = new EventTarget { Kind = "Tenant", Name = Consumer },
        };

        Refused(facts with { World = facts.World.With(ClusterSide.Provider, Kinds.Event, verdict) })
            .ShouldSatisfyAllConditions(
                r => r.Refusal.ShouldBe(LiqoRefusal.TenantRejected),
                r => r.Message.ShouldContain("the signature is not valid")
            );
    }

    [Fact]
    public void An_id_that_returns_with_another_nonce_is_refused_with_the_reason()
    {
        var facts = With(s_peered, Nonce, """{"data":{"nonce":"b3RoZXI="}}""");

        var refusal = Should.Throw<StaleClusterIdException>(() => PeeringPlanner.Plan(Spec, facts));

        refusal.ProviderId.ShouldBe(Provider);
        refusal.Evidence.ShouldHaveSingleItem().ShouldContain("nonce");
        refusal.Remedy.ShouldContain("ClusterId.Fresh");
    }

    [Fact]
    public void An_id_that_was_declared_gone_is_refused_with_the_reason()
    {
        ForeignCluster gone = new()
        {
            Metadata = new ObjectMeta
            {
                Name = Provider,
                Annotations = new Dictionary<string, string>
                {
                    ["liqo.io/foreign-cluster-permanently-unreachable"] = "true",
                },
            },
        };
        var facts = Nothing with { World = World.Empty.With(ClusterSide.Consumer, Kinds.ForeignCluster, gone) };

        Should
            .Throw<StaleClusterIdException>(() => PeeringPlanner.Plan(Spec, facts))
            .Evidence.ShouldHaveSingleItem()
            .ShouldContain("declared gone");
    }

    [Fact]
    public void A_cluster_does_not_peer_with_itself() =>
        Refused(Nothing with { ProviderId = Consumer }).Refusal.ShouldBe(LiqoRefusal.SameCluster);

    [Theory]
    [InlineData("10.42.0.0/16", "10.42.0.0/16", "10.43.0.0/16", true)]
    [InlineData("10.244.0.0/16", "10.42.0.0/16", "10.43.0.0/16", false)]
    [InlineData("10.244.0.0/16", "10.42.0.0/16", "10.244.7.0/24", true)]
    public void Pod_ranges_may_not_be_in_use_on_the_other_side(string home, string pods, string services, bool refused)
    {
        var world = World
            .Empty.With(ClusterSide.Consumer, Kinds.IpamNetwork, Range("pod-cidr", home))
            .With(ClusterSide.Consumer, Kinds.IpamNetwork, Range("service-cidr", "10.43.0.0/16"))
            .With(ClusterSide.Provider, Kinds.IpamNetwork, Range("pod-cidr", pods))
            .With(ClusterSide.Provider, Kinds.IpamNetwork, Range("service-cidr", services));
        var facts = Nothing with { World = world };

        PeeringPlanner.Plan(Spec with { Network = NetworkFabric.None }, facts).ShouldNotBeEmpty();
        if (refused)
        {
            Refused(facts).Refusal.ShouldBe(LiqoRefusal.RangesOverlap);
        }
        else
        {
            PeeringPlanner.Plan(Spec, facts).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void A_node_of_that_name_that_is_another_s_is_refused()
    {
        Node other = new() { Metadata = new ObjectMeta { Name = Provider } };

        Refused(Nothing with { World = World.Empty.With(ClusterSide.Consumer, Kinds.Node, other) })
            .Refusal.ShouldBe(LiqoRefusal.NameTaken);
    }

    [Fact]
    public void Every_fault_of_a_spec_is_named_at_once()
    {
        PeeringSpec spec = new()
        {
            Resources = new SliceResources
            {
                Cpu = "none",
                Memory = "0",
                Pods = 0,
                Gpus = -1,
                Others = new Dictionary<string, string> { ["cpu"] = "1" },
            },
            SliceName = "Not A Name",
            Patience = TimeSpan.Zero,
        };

        Should.Throw<InvalidSpecException>(() => PeeringPlanner.Plan(spec, Nothing)).Faults.Count.ShouldBe(7);
    }

    private static ObjectKey Slice => new(ClusterSide.Consumer, Kinds.ResourceSlice, "liqo-tenant-aws-gpu-1", Provider);

    private static ObjectKey Tenant => new(ClusterSide.Provider, Kinds.Tenant, "liqo-tenant-homelab", Consumer);

    private static ObjectKey Nonce => new(ClusterSide.Provider, Kinds.Secret, "liqo-tenant-homelab", "liqo-nonce");

    private static PeeringFacts With(PeeringFacts facts, ObjectKey key, string patch) =>
        facts with
        {
            World = SimulatedServer.Merged(facts.World, key, SimulatedServer.Patch(patch)),
        };

    private static LiqoRefusedException Refused(PeeringFacts facts) =>
        Should.Throw<LiqoRefusedException>(() => PeeringPlanner.Plan(Spec, facts));

    /// <summary>The virtual node of the peering, with or without an owner.</summary>
    private static VirtualNode VirtualNode(string owner, string? deleted) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = Provider,
                Namespace = Slice.Namespace,
                DeletionTimestamp = deleted is null
                    ? null
                    : DateTimeOffset.Parse(deleted, CultureInfo.InvariantCulture),
                OwnerReferences =
                    owner.Length == 0
                        ? []
                        :
                        [
                            new OwnerReference
                            {
                                ApiVersion = Kinds.ResourceSlice.ApiVersion,
                                Kind = Kinds.ResourceSlice.Kind,
                                Name = Provider,
                                Uid = owner,
                            },
                        ],
            },
        };

    private static IpamNetwork Range(string type, string cidr) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = type,
                Namespace = "liqo",
                Labels = new Dictionary<string, string> { ["ipam.liqo.io/network-type"] = type },
            },
            Spec = new IpamNetworkSpec { Cidr = cidr },
        };
}

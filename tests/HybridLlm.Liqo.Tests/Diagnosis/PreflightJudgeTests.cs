using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Diagnosis;

/// <summary>What surveys mean, one fault at a time and all at once.</summary>
public sealed class PreflightJudgeTests
{
    private static readonly PreflightSpec s_spec = new()
    {
        Peering = new PeeringSpec
        {
            Resources = new SliceResources
            {
                Cpu = "4",
                Memory = "16Gi",
                Gpus = 1,
            },
        },
        OtherRanges = new Dictionary<string, string> { ["Nebula"] = "10.78.0.0/16" },
    };

    private static readonly ClusterSurvey s_consumer = Survey(ClusterSide.Consumer, "homelab", "10.244.0.0/16") with
    {
        Key = (true, "Ed25519"),
    };

    private static readonly ClusterSurvey s_provider = Survey(ClusterSide.Provider, "aws-gpu-1", "10.42.0.0/16");

    [Fact]
    public void Two_clusters_in_order_may_peer() =>
        PreflightJudge.Judge(s_spec, s_consumer, s_provider).CanPeer.ShouldBeTrue();

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var provider = s_provider with
        {
            VersionText = "v1.0.3",
            MissingKinds = ["Tenant (authentication.liqo.io/v1beta1)"],
            Arguments = ["--offloading-enabled=false", "--api-server-address-override=https://10.78.0.9:6443"],
            Networks = [Range("pod-cidr", "10.244.128.0/17")],
            MissingRights = ["create Tenant in liqo-tenant-homelab"],
        };

        var report = PreflightJudge.Judge(s_spec, s_consumer with { Key = (false, "no keys") }, provider);

        report
            .Findings.Where(f => f.Verdict == PreflightVerdict.Failed)
            .Select(f => f.Check)
            .Distinct()
            .ShouldBe([
                PreflightCheck.Version,
                PreflightCheck.Definitions,
                PreflightCheck.Key,
                PreflightCheck.Modules,
                PreflightCheck.Ranges,
                PreflightCheck.ApiServer,
                PreflightCheck.Rights,
            ]);
        report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed).ShouldAllBe(f => f.Remedy.Length > 0);
        report.ToString().ShouldContain("FAIL provider Rights");
    }

    [Fact]
    public void Ranges_that_collide_pass_where_Liqo_s_network_calls_them_by_others()
    {
        var provider = s_provider with { Networks = [Range("pod-cidr", "10.244.0.0/16")] };

        Verdict(s_spec, s_consumer, provider, PreflightCheck.Ranges).ShouldBe(PreflightVerdict.Failed);
        var spec = s_spec with { Peering = s_spec.Peering with { Network = NetworkFabric.Liqo } };
        Verdict(spec, s_consumer, provider, PreflightCheck.Ranges).ShouldBe(PreflightVerdict.Passed);
    }

    [Fact]
    public void A_cluster_s_range_and_the_mesh_s_must_not_collide_whatever_the_network()
    {
        var provider = s_provider with { Networks = [Range("service-cidr", "10.78.128.0/17")] };
        var spec = s_spec with { Peering = s_spec.Peering with { Network = NetworkFabric.None } };

        var wrong = PreflightJudge
            .Judge(spec, s_consumer, provider)
            .Findings.Single(f => f.Verdict == PreflightVerdict.Failed);

        wrong.Message.ShouldContain("Nebula");
    }

    [Fact]
    public void Different_minor_versions_and_equal_ids_fail()
    {
        var report = PreflightJudge.Judge(
            s_spec,
            s_consumer,
            s_provider with
            {
                VersionText = "v1.1.2",
                Id = "homelab",
            }
        );

        report
            .Findings.Where(f => f.Verdict == PreflightVerdict.Failed)
            .Select(f => f.Check)
            .ShouldBe([PreflightCheck.Version, PreflightCheck.Identity]);
    }

    [Fact]
    public void Too_few_GPUs_and_a_module_that_is_on_for_nothing_are_warned_of()
    {
        var provider = s_provider with
        {
            Nodes = [Node("0")],
            Arguments =
            [
                .. s_provider.Arguments!.Where(a => !a.StartsWith("--networking", StringComparison.Ordinal)),
                "--networking-enabled=true",
            ],
        };

        var report = PreflightJudge.Judge(s_spec, s_consumer, provider);

        report.CanPeer.ShouldBeTrue();
        report
            .Findings.Where(f => f.Verdict == PreflightVerdict.Warning)
            .Select(f => f.Check)
            .ShouldBe([PreflightCheck.Modules, PreflightCheck.Capacity]);
    }

    [Theory]
    [InlineData(NetworkFabric.Liqo, PreflightVerdict.Failed)]
    [InlineData(NetworkFabric.External, PreflightVerdict.Warning)]
    public void Enforced_pod_security_stops_Liqo_s_own_network_only(NetworkFabric network, PreflightVerdict verdict)
    {
        NamespaceObject strict = new()
        {
            Metadata = new ObjectMeta
            {
                Name = "liqo",
                Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "baseline" },
            },
        };
        var spec = s_spec with { Peering = s_spec.Peering with { Network = network } };

        Verdict(spec, s_consumer with { Namespaces = [strict] }, s_provider, PreflightCheck.PodSecurity)
            .ShouldBe(verdict);
    }

    [Theory]
    [InlineData("aws-gpu-1", null, null, PreflightVerdict.Failed)]
    [InlineData("aws-gpu-1", "aws-gpu-1", null, PreflightVerdict.Passed)]
    [InlineData("aws-gpu-1", null, "small", PreflightVerdict.Passed)]
    [InlineData("small", "aws-gpu-2", "small", PreflightVerdict.Failed)]
    public void A_node_that_has_the_virtual_node_s_name_and_is_not_this_peering_s_fails(
        string node,
        string? peer,
        string? slice,
        PreflightVerdict verdict
    )
    {
        Dictionary<string, string> labels = peer is null ? [] : new() { [LiqoLabels.RemoteClusterId] = peer };
        Node there = new()
        {
            Metadata = new ObjectMeta { Name = node, Labels = labels },
        };
        var spec = s_spec with { Peering = s_spec.Peering with { SliceName = slice } };

        Verdict(spec, s_consumer with { Nodes = [there] }, s_provider, PreflightCheck.NodeName).ShouldBe(verdict);
        Verdict(spec, s_consumer with { Nodes = null }, s_provider, PreflightCheck.NodeName)
            .ShouldBe(PreflightVerdict.Unknown);
    }

    [Theory]
    [InlineData("*.gpu.example", "api.gpu.example", true)]
    [InlineData("*.gpu.example", "gpu.example", false)]
    [InlineData("API.gpu.example", "api.gpu.example", true)]
    [InlineData("10.78.0.7", "10.78.0.7", true)]
    [InlineData("10.78.0.70", "10.78.0.7", false)]
    public void A_certificate_holds_for_its_names_only(string name, string host, bool holds)
    {
        var provider = s_provider with
        {
            Arguments = [$"--api-server-address-override=https://{host}:6443"],
            CertificateNames = [name],
        };

        Verdict(s_spec, s_consumer, provider, PreflightCheck.ApiServer)
            .ShouldBe(holds ? PreflightVerdict.Passed : PreflightVerdict.Failed);
    }

    private static PreflightVerdict Verdict(
        PreflightSpec spec,
        ClusterSurvey consumer,
        ClusterSurvey provider,
        PreflightCheck check
    ) => PreflightJudge.Judge(spec, consumer, provider).Findings.First(f => f.Check == check).Verdict;

    private static ClusterSurvey Survey(ClusterSide side, string id, string pods) =>
        new()
        {
            Side = side,
            Id = id,
            VersionText = "v1.2.0",
            Arguments =
            [
                "--authentication-enabled=true",
                "--offloading-enabled=true",
                "--networking-enabled=false",
                "--api-server-address-override=https://10.78.0.7:6443",
            ],
            Networks = [Range("pod-cidr", pods)],
            CertificateNames = ["10.78.0.7"],
            MissingRights = [],
            Leftovers = [],
            Nodes = [Node("1")],
            Namespaces = [],
        };

    private static IpamNetwork Range(string type, string cidr) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = type,
                Labels = new Dictionary<string, string> { ["ipam.liqo.io/network-type"] = type },
            },
            Spec = new IpamNetworkSpec { Cidr = cidr },
        };

    private static Node Node(string gpus) =>
        new()
        {
            Metadata = new ObjectMeta { Name = "node" },
            Status = new NodeStatus
            {
                Allocatable = new Dictionary<string, string>
                {
                    ["cpu"] = "8",
                    ["memory"] = "32Gi",
                    ["pods"] = "110",
                    ["nvidia.com/gpu"] = gpus,
                },
            },
        };
}

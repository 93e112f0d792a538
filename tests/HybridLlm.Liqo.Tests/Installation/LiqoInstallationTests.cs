using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Installation;

namespace HybridLlm.Liqo.Tests.Installation;

public sealed class LiqoInstallationTests
{
    private static readonly LiqoInstallation s_provider = new()
    {
        ClusterId = "aws-gpu-0abc",
        ApiServer = new Uri("https://10.78.0.7:6443"),
        PodRanges = ["10.52.0.0/16"],
        ServiceRange = "10.53.0.0/16",
        ReservedRanges = ["10.78.0.0/16", "192.168.1.0/24"],
        ClusterLabels = new Dictionary<string, string> { ["node-type"] = "gpu", ["liqo.io/provider"] = "k3s" },
    };

    [Fact]
    public void Values_of_a_provider_match_golden() =>
        Golden.Match("provider-values.yml", LiqoHelmValues.Write(s_provider));

    [Fact]
    public void Manifest_for_k3s_matches_golden() =>
        Golden.Match(
            "liqo-helmchart.yml",
            K3sHelmChart.FromRepository(s_provider, new Uri("https://charts.example.org/liqo"))
        );

    [Fact]
    public void A_manifest_may_carry_the_chart_itself() =>
        K3sHelmChart
            .FromArchive(s_provider, new byte[] { 1, 2, 3 })
            .ShouldSatisfyAllConditions(
                m => m.ShouldContain("  chartContent: \"AQID\"\n"),
                m => m.ShouldNotContain("repo:")
            );

    [Fact]
    public void A_chart_before_1_2_gets_its_own_spelling_of_the_pod_range()
    {
        var values = LiqoHelmValues.Write(s_provider with { Version = new LiqoVersion(1, 1, 2) });

        values.ShouldContain("podCIDR: \"10.52.0.0/16\"");
        values.ShouldNotContain("podCIDRs");
    }

    [Fact]
    public void A_consumer_needs_no_address_and_no_labels()
    {
        var values = LiqoHelmValues.Write(
            s_provider with
            {
                ApiServer = null,
                ClusterLabels = new Dictionary<string, string>(),
            }
        );

        values.ShouldNotContain("apiServer");
        values.ShouldContain("clusterLabels: {}");
    }

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        LiqoInstallation broken = new()
        {
            ClusterId = "Not An Id",
            ApiServer = new Uri("http://10.0.0.1"),
            PodRanges = [],
            ServiceRange = "10.43.0.0",
            ReservedRanges = ["everything"],
            Version = new LiqoVersion(1, 0, 3),
        };

        Should.Throw<InvalidSpecException>(() => LiqoHelmValues.Write(broken)).Faults.Count.ShouldBe(6);
    }

    [Fact]
    public void Default_ranges_are_ranges() =>
        LiqoRange.Defaults.ShouldAllBe(r => System.Net.IPNetwork.Parse(r.Cidr).PrefixLength > 0);
}

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

    [Fact]
    public void Every_value_that_was_decided_is_written_and_no_other()
    {
        var installation = s_provider with
        {
            HasNetwork = true,
            ReflectsAddresses = false,
            UsesRsaKeys = true,
            DefaultResources = new Dictionary<string, string> { ["cpu"] = "8" },
            Limits = LimitsEnforcement.Hard,
            FailsOver = true,
            HasStorage = false,
            StorageClass = "local-path",
            VirtualKubeletArguments = ["--home-api-server-host=10.78.0.1"],
            RuntimeClass = "liqo",
            ChecksKernel = false,
            ToleratesDeadWebhook = true,
            UpgradesDefinitions = true,
            HasMetrics = true,
            ImageTag = "v1.2.0",
        };

        Golden.Match("every-value.yml", LiqoHelmValues.Write(installation));
    }

    [Fact]
    public void Quantities_that_are_none_are_refused() =>
        Should
            .Throw<InvalidSpecException>(() =>
                LiqoHelmValues.Write(
                    s_provider with
                    {
                        DefaultResources = new Dictionary<string, string> { ["cpu"] = "many" },
                    }
                )
            )
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("many");

    [Fact]
    public void Manifests_for_Talos_and_for_NVIDIA_on_k3s_match_goldens()
    {
        Golden.Match("talos-namespace.yml", TalosPreparation.NamespaceManifest());
        Golden.Match("nvidia-runtime-class.yml", NvidiaGpu.RuntimeClassManifest);
        Golden.Match("nvidia-device-plugin.yml", NvidiaGpu.DevicePluginManifest());
        TalosPreparation.Notes.ShouldAllBe(n => n.EndsWith('.'));
    }

    [Fact]
    public void Manifests_are_YAML_that_Kubernetes_types_read()
    {
        k8s.KubernetesYaml.Deserialize<k8s.Models.V1Namespace>(TalosPreparation.NamespaceManifest())
            .Metadata.Labels["pod-security.kubernetes.io/enforce"]
            .ShouldBe("privileged");
        k8s.KubernetesYaml.Deserialize<k8s.Models.V1RuntimeClass>(NvidiaGpu.RuntimeClassManifest)
            .Handler.ShouldBe("nvidia");
        var plugin = k8s.KubernetesYaml.Deserialize<k8s.Models.V1DaemonSet>(
            NvidiaGpu.DevicePluginManifest("mirror/plugin:1")
        );
        plugin.Spec.Template.Spec.Containers.ShouldHaveSingleItem().Image.ShouldBe("mirror/plugin:1");
        plugin.Spec.Template.Spec.RuntimeClassName.ShouldBe(NvidiaGpu.RuntimeClassName);
    }
}

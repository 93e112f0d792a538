using System.Text.RegularExpressions;
using HybridLlm.Ollama.Kubernetes;

namespace HybridLlm.Ollama.Tests.Kubernetes;

public sealed class ManifestLinterTests
{
    private static readonly string s_good = (Workloads.Full with { DrainUrl = null }).ToManifest().ToYaml();

    /// <summary>For each rule what breaks it, and only it, in a manifest that is right.</summary>
    private static readonly (string Rule, string Find, string Replace)[] s_breaks =
    [
        ("image-digest", "@sha256:a+", ":latest"),
        .. new[]
        {
            "host",
            "no-cloud",
            "keep-alive",
            "context-length",
            "num-parallel",
            "max-loaded-models",
            "kv-cache-type",
            "load-timeout",
            "noprune",
        }.Select(r => (r, $"OLLAMA_{r.Replace('-', '_').ToUpperInvariant()}$", "OLLAMA_OTHER")),
        ("preload", "/api/generate \"", "/api/show \""),
        ("post-start", "preStop:", "postStart: {}\n            preStop:"),
        ("startup-probe", "startupProbe:", "other:"),
        ("readiness-probe", "readinessProbe:", "other:"),
        ("liveness-probe", "livenessProbe:", "other:"),
        ("pre-stop", "preStop:", "other:"),
        ("grace-period", "PeriodSeconds: 100$", "PeriodSeconds: 300"),
        ("recreate", "type: Recreate", "type: RollingUpdate"),
        ("gpu", "nvidia.com/gpu: 1", "other: 1"),
        ("node-selector", "nodeSelector:", "other:"),
        ("liqo-label", "node-type: gpu", "topology.liqo.io/type: virtual-node"),
        ("gpu-toleration", "key: nvidia.com/gpu", "key: other"),
        ("spot-toleration", "key: karpenter.sh/capacity-type", "key: other"),
        ("runtime-class", "runtimeClassName:", "other:"),
        ("cpu-memory", "cpu:", "other:"),
        ("ephemeral-storage", "ephemeral-storage:", "other:"),
        ("shared-memory", "mountPath: /dev/shm", "mountPath: /other"),
        ("storage", "hostPath:", "other:"),
        ("zone-spread", "replicas: 1", "replicas: 2"),
        ("service", "kind: Service$", "kind: Other"),
        ("exposed", "type: ClusterIP", "type: NodePort"),
        ("network-policy", "kind: NetworkPolicy", "kind: Other"),
        ("route-paths", @"PathPrefix\(`/api/chat`\)", "PathPrefix(`/`)"),
        ("route-tls", "tls:", "other:"),
        ("non-root", "runAsNonRoot: true", "runAsNonRoot: false"),
        ("read-only-root", "readOnlyRootFilesystem:", "other:"),
        ("capabilities", "drop:", "other:"),
        ("privilege-escalation", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        ("seccomp", "seccompProfile:", "other:"),
        ("service-account-token", "automountServiceAccountToken:", "other:"),
    ];

    [Fact]
    public void A_naive_manifest_hears_of_every_point_it_lacks()
    {
        var naive = File.ReadAllText(Repository.PathOf("tests", "HybridLlm.Ollama.Tests", "Kubernetes", "naive.yml"));

        var findings = ManifestLinter.Check(naive);

        // What it has: a GPU, a node selector, storage, a ClusterIP Service, one replica, and nothing that is wrong to have.
        string[] has =
        [
            "gpu",
            "node-selector",
            "storage",
            "service",
            "exposed",
            "zone-spread",
            "post-start",
            "route-paths",
            "route-tls",
        ];
        findings.Select(f => f.Rule).ShouldBe(ManifestLinter.Rules.Except(has));
        findings.ShouldAllBe(f => f.Where == "Deployment llm-inference/ollama" && f.Remedy.Length > 0);
    }

    [Fact]
    public void What_is_written_here_lacks_nothing()
    {
        ManifestLinter.Check(s_good).ShouldBeEmpty();
        ManifestLinter.Check(Workloads.Plain.ToManifest().ToYaml()).ShouldBeEmpty();
        ManifestLinter
            .Check((Workloads.Plain with { Kind = WorkloadKind.StatefulSet, Replicas = 3 }).ToManifest().ToYaml())
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData(WorkloadKind.Deployment)]
    [InlineData(WorkloadKind.StatefulSet)]
    public void A_claim_is_made_and_its_zone_is_told(WorkloadKind kind)
    {
        var claimed = Workloads.Plain with { Kind = kind, Storage = new ModelClaim(16L << 30) };

        ManifestLinter.Check(claimed.ToManifest().ToYaml()).Select(f => f.Rule).ShouldBe(["claim-zone"]);
    }

    [Fact]
    public void Every_rule_is_broken_by_what_it_is_about_and_by_nothing_else()
    {
        foreach (var (rule, find, replace) in s_breaks)
        {
            var broken = Regex.Replace(s_good, find, replace, RegexOptions.Multiline);
            broken.ShouldNotBe(s_good, rule);
            ManifestLinter.Check(broken).Select(f => f.Rule).ShouldBe([rule], rule);
        }

        s_breaks
            .Select(b => b.Rule)
            .ShouldBe(ManifestLinter.Rules.Except(["claim-missing", "claim-zone"]), ignoreOrder: true);
    }

    [Theory]
    [InlineData("10.42.0.0/16", "0.0.0.0/0")]
    [InlineData("from:", "other:")]
    public void A_policy_that_lets_everybody_in_is_none(string find, string replace) =>
        ManifestLinter.Check(s_good.Replace(find, replace)).Select(f => f.Rule).ShouldBe(["network-policy"]);

    [Theory]
    [InlineData("a: [", "yaml")]
    [InlineData("kind: Service", "no-ollama")]
    [InlineData("", "no-ollama")]
    public void What_runs_no_Ollama_says_so(string yaml, string rule) =>
        ManifestLinter.Check(yaml).ShouldHaveSingleItem().Rule.ShouldBe(rule);

    [Fact]
    public void A_list_of_objects_is_read_as_its_objects()
    {
        var documents = s_good.Split("---\n", StringSplitOptions.RemoveEmptyEntries);
        var list =
            "kind: List\nitems:\n"
            + string.Concat(documents.Select(d => "  - " + d.TrimEnd().Replace("\n", "\n    ") + "\n"));

        ManifestLinter.Check(list).ShouldBeEmpty();
    }
}

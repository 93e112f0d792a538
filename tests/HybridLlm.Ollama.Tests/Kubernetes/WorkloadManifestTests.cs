using HybridLlm.Ollama.Fitting;
using HybridLlm.Ollama.Kubernetes;
using k8s;
using k8s.Models;

namespace HybridLlm.Ollama.Tests.Kubernetes;

public sealed class WorkloadManifestTests
{
    [Fact]
    public void Objects_are_written_with_the_reason_of_each_point() =>
        Golden.Match("workload.yml", Workloads.Full.ToManifest().ToYaml());

    [Fact]
    public void A_stateful_set_has_a_disk_for_each_pod() =>
        Golden.Match(
            "stateful-workload.yml",
            (
                Workloads.Plain with
                {
                    Kind = WorkloadKind.StatefulSet,
                    Replicas = 2,
                    Storage = new ModelClaim(32L << 30, "gp3"),
                }
            )
                .ToManifest()
                .ToYaml()
        );

    [Theory]
    [InlineData(WorkloadKind.Deployment, false)]
    [InlineData(WorkloadKind.Deployment, true)]
    [InlineData(WorkloadKind.StatefulSet, false)]
    [InlineData(WorkloadKind.StatefulSet, true)]
    public void Every_field_is_one_Kubernetes_knows(WorkloadKind kind, bool claim)
    {
        var workload = Workloads.Full with
        {
            Kind = kind,
            Route = null,
            Storage = claim ? new ModelClaim(16L << 30) : new NvmeCache("/mnt/nvme"),
        };

        List<string> kinds = [];
        foreach (var document in workload.ToManifest().ToYaml().Split("---\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var name = document.Split('\n').Single(l => l.StartsWith("kind: ", StringComparison.Ordinal))[6..];
            kinds.Add(name);
            IKubernetesObject read = name switch
            {
                "Deployment" => KubernetesYaml.Deserialize<V1Deployment>(document, strict: true),
                "StatefulSet" => KubernetesYaml.Deserialize<V1StatefulSet>(document, strict: true),
                "Service" => KubernetesYaml.Deserialize<V1Service>(document, strict: true),
                "NetworkPolicy" => KubernetesYaml.Deserialize<V1NetworkPolicy>(document, strict: true),
                _ => KubernetesYaml.Deserialize<V1PersistentVolumeClaim>(document, strict: true),
            };
            read.Kind.ShouldBe(name);
        }

        string[] claims = claim && kind == WorkloadKind.Deployment ? ["PersistentVolumeClaim"] : [];
        kinds.ShouldBe([.. claims, $"{kind}", "Service", "NetworkPolicy"]);
    }

    [Fact]
    public void What_is_a_text_stays_one()
    {
        var yaml = (Workloads.Plain with { NodeSelector = new Dictionary<string, string> { ["gpu"] = "true" } })
            .ToManifest()
            .ToYaml();

        var deployment = KubernetesYaml.Deserialize<V1Deployment>(yaml.Split("---\n")[1], strict: true);

        deployment.Spec.Template.Spec.NodeSelector["gpu"].ShouldBe("true");
        deployment.Spec.Template.Spec.Containers[0].Env.Single(e => e.Name == "OLLAMA_KEEP_ALIVE").Value.ShouldBe("-1");
        yaml.ShouldContain("gpu: \"true\"");
        yaml.ShouldContain("value: \"-1\"");
    }

    [Fact]
    public void The_same_reasons_can_be_listed()
    {
        var manifest = Workloads.Full.ToManifest();

        manifest.Notes.ShouldAllBe(n => manifest.ToYaml().Contains($"# {n.Why}"));
        manifest
            .Notes.Single(n => n.Field == "Deployment.spec.strategy")
            .Why.ShouldStartWith("One GPU cannot hold the model twice");
        manifest.Notes.Count.ShouldBe(
            manifest.ToYaml().Split('\n').Count(l => l.TrimStart(' ', '-').StartsWith("# ")) - 8
        );
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var wrong = Should.Throw<InvalidWorkloadException>(() =>
            new OllamaWorkload
            {
                Model = "llama3.1:8b\";curl",
                Image = "ollama/ollama:latest",
                ModelDigest = "1234",
                Name = "Ollama",
                Namespace = "llm_inference",
                Replicas = 0,
                ContextLength = 1,
                Parallel = 0,
                Gpus = 0,
                CpuMillicores = 1,
                UserId = 0,
                StartupMinutes = 0,
                DrainSeconds = 115,
                NodeSelector = new Dictionary<string, string>(),
                Storage = new NvmeCache("models"),
                DrainUrl = new Uri("https://gateway/drain"),
                Clients = [AllowedClient.Addresses("10.42"), AllowedClient.Pods(new Dictionary<string, string>())],
                Route = new TraefikRoute { Host = "not a host", Port = 0 },
            }.ToManifest()
        );

        wrong.Faults.Count.ShouldBe(21);
        wrong.Remedy.ShouldContain("each");
    }

    [Fact]
    public void A_model_that_does_not_fit_its_GPUs_is_refused()
    {
        var large = Workloads.Plain with { Model = "llama3.3:70b", GpuMemoryBytes = 24_000_000_000 };

        Should
            .Throw<InvalidWorkloadException>(() => large.ToManifest())
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("use more GPUs");
        (large with { Gpus = 4, CacheType = KvCacheType.Q8 }).ToManifest().ToYaml().ShouldContain("nvidia.com/gpu: 4");
    }

    [Fact]
    public void Memory_asked_for_holds_the_weights()
    {
        var weights = WellKnownModels.Get("llama3.1:8b").WeightBytes;

        var yaml = Workloads.Plain.ToManifest().ToYaml();

        var deployment = KubernetesYaml.Deserialize<V1Deployment>(yaml.Split("---\n")[1], strict: true);
        var memory = deployment.Spec.Template.Spec.Containers[0].Resources.Requests["memory"].ToInt64();
        memory.ShouldBeInRange(weights + (2L << 30), weights + (2L << 30) + (1 << 20));
    }
}

using HybridLlm.Testing.Tests.Kubernetes;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>A Deployment that needs a GPU, in the namespace that is offloaded.</summary>
internal static class GpuDeployment
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: ollama
        spec:
          selector:
            matchLabels: {app: ollama}
          template:
            metadata:
              labels: {app: ollama}
            spec:
              containers:
              - name: ollama
                image: example.invalid/ollama:test
                ports: [{containerPort: 11434}]
                resources:
                  limits: {nvidia.com/gpu: "1"}
        """;

    public static Task CreateAsync(TestCluster cluster) =>
        cluster.Client.CreateNamespacedDeploymentAsync(
            KubernetesYaml.Deserialize<V1Deployment>(Manifest),
            "llm-inference",
            cancellationToken: TestContext.Current.CancellationToken
        );

    public static Task IsReadyAsync(TestCluster cluster) =>
        Eventually.TrueAsync(async () =>
            (
                await cluster.Client.ReadNamespacedDeploymentAsync(
                    "ollama",
                    "llm-inference",
                    cancellationToken: TestContext.Current.CancellationToken
                )
            )
                .Status
                .ReadyReplicas == 1
        );
}

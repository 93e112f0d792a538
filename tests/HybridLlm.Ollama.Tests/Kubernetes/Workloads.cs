using HybridLlm.Ollama.Kubernetes;

namespace HybridLlm.Ollama.Tests.Kubernetes;

/// <summary>Workloads of the tests.</summary>
internal static class Workloads
{
    public static OllamaWorkload Plain { get; } =
        new() { Model = "llama3.1:8b", Image = $"ollama/ollama@sha256:{new string('a', 64)}" };

    /// <summary>With everything that is off by default.</summary>
    public static OllamaWorkload Full { get; } =
        Plain with
        {
            ModelDigest = new string('b', 64),
            CacheType = HybridLlm.Ollama.Fitting.KvCacheType.Q8,
            DrainUrl = new Uri("http://gateway.llm-gateway.svc:11500/drain"),
            GpuMemoryBytes = 24L * 1000 * 1000 * 1000,
            Clients =
            [
                AllowedClient.Pods(new Dictionary<string, string> { ["app"] = "gateway" }, "llm-gateway"),
                AllowedClient.Addresses("10.42.0.0/16"),
            ],
            Route = new TraefikRoute { Host = "ollama.lab.example", Middlewares = ["password"] },
        };
}

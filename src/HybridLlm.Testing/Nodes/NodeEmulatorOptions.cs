using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Nodes;

/// <summary>How long an emulated node takes for what, by the cloud's clock.</summary>
public sealed class NodeEmulatorOptions
{
    /// <summary>From power-on until user data runs.</summary>
    public TimeSpan BootTime { get; set; } = TimeSpan.FromSeconds(135);

    /// <summary>From the start of k3s until its pods run.</summary>
    public TimeSpan K3sTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Changes the Ollama of a GPU node before it starts: load time, pace, engine. Its models and context come from the node's own files.</summary>
    public Action<OllamaEmulatorOptions>? ConfigureOllama { get; set; }

    /// <summary>
    /// Told of the cluster of a federated node before it answers: where it will in the mesh, and the cluster. Whoever is to reach it adds a
    /// route (<see cref="EmulatedLiqo.AddRoute"/>); the homelab of an <see cref="EmulatedWorld"/> does.
    /// </summary>
    public Action<Uri, EmulatedCluster>? Federated { get; set; }

    /// <summary>Keys a node is given instead of making its own, by role; for comparing it with another run of the same boot.</summary>
    internal Func<(X25519PrivateKey Nebula, X25519PrivateKey Mailbox)>? Keys { get; set; }
}

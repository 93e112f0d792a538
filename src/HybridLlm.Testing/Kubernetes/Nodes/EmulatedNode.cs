namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>A node of an emulated cluster.</summary>
public sealed record EmulatedNode
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its internal address.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>CPUs it offers, a Kubernetes quantity.</summary>
    public string Cpu { get; init; } = "8";

    /// <summary>Memory it offers, a Kubernetes quantity.</summary>
    public string Memory { get; init; } = "32Gi";

    /// <summary>NVIDIA GPUs it offers, 0 or more.</summary>
    public int Gpus { get; init; }

    /// <summary>Labels besides those every node has.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>What a node is for.</summary>
public enum NodeRole
{
    /// <summary>A rented GPU: k3s and Ollama behind the mesh, ends itself when its lease runs out.</summary>
    Gpu,

    /// <summary>A Nebula lighthouse: part of the foundation, lives until it is torn down.</summary>
    Lighthouse,
}

using System.Net;
using HybridLlm.Reaching;

namespace HybridLlm.Federating;

/// <summary>One incarnation of the GPU cluster, as the homelab's peer.</summary>
/// <param name="WakeId">Its node.</param>
/// <param name="ProviderId">Liqo's id of it, never used before.</param>
/// <param name="MeshAddress">Where its API server and its Ollama answer.</param>
/// <param name="Kubeconfig">Kubeconfig of its administrator; a secret.</param>
/// <param name="Self">Who dials it through the mesh.</param>
internal sealed record FederatedCluster(
    string WakeId,
    string ProviderId,
    IPAddress MeshAddress,
    string Kubeconfig,
    MeshIdentity Self
)
{
    /// <summary>Name of its Deployment at home.</summary>
    public string DeploymentName => $"ollama-{WakeId}";

    // The kubeconfig holds a key.
    public override string ToString() => $"{WakeId} ({ProviderId})";
}

using System.Text;
using k8s;
using k8s.KubeConfigModels;

namespace HybridLlm.Testing.Liqo;

/// <summary>Reads what a kubeconfig says of its server.</summary>
internal static class RemoteKubeconfig
{
    /// <summary>Address and authority in PEM; null when it names none.</summary>
    public static (string Server, string Authority)? Read(string kubeconfig)
    {
        var cluster = KubernetesYaml
            .Deserialize<K8SConfiguration>(kubeconfig)
            .Clusters?.FirstOrDefault()
            ?.ClusterEndpoint;
        return cluster is null
            ? null
            : (
                cluster.Server,
                Encoding.ASCII.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData ?? ""))
            );
    }
}

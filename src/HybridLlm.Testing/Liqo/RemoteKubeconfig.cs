using System.Text;
using k8s;
using k8s.KubeConfigModels;

namespace HybridLlm.Testing.Liqo;

/// <summary>Reads what a kubeconfig says of its server.</summary>
internal static class RemoteKubeconfig
{
    /// <summary>Address, authority in PEM, and the proxy if there is one; null when it names no server.</summary>
    public static (string Server, string Authority, string? Proxy)? Read(string kubeconfig)
    {
        var cluster = KubernetesYaml
            .Deserialize<K8SConfiguration>(kubeconfig)
            .Clusters?.FirstOrDefault()
            ?.ClusterEndpoint;
        return cluster is null
            ? null
            : (
                cluster.Server,
                Encoding.ASCII.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData ?? "")),
                ProxyOf(kubeconfig)
            );
    }

    // The client's model of a kubeconfig has no such field.
    private static string? ProxyOf(string kubeconfig) =>
        kubeconfig
            .Split('\n')
            .Select(l => l.Trim().Split("proxy-url: "))
            .Where(p => p.Length == 2)
            .Select(p => p[1])
            .FirstOrDefault();
}

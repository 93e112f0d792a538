using System.Net.Http.Headers;
using k8s.Authentication;

namespace HybridLlm.Liqo.Clusters;

/// <summary>The token Kubernetes mounts into a pod and replaces before it ends.</summary>
/// <remarks>KubernetesClient's own provider keeps a token for a minute, which may be the minute in which it ends.</remarks>
internal sealed class ServiceAccountToken : ITokenProvider
{
    private const string Path = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        var token = await File.ReadAllTextAsync(Path, cancellationToken).ConfigureAwait(false);
        return new AuthenticationHeaderValue("Bearer", token.Trim());
    }
}

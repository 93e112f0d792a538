using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Signs certificate requests of clients that somebody has approved.</summary>
internal sealed class CertificateSigner(ClusterState cluster) : IController
{
    private static readonly TimeSpan s_backdate = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_life = TimeSpan.FromDays(365);

    private readonly ClusterClient _client = new(cluster, "kube-controller-manager");

    public DateTimeOffset? Reconcile()
    {
        foreach (var request in _client.List("certificates.k8s.io/v1", "CertificateSigningRequest").Where(IsDue))
        {
            var pem = Encoding.UTF8.GetString(Convert.FromBase64String(request.TextAt("spec", "request")!));
            var status = request.Make("status");
            try
            {
                var signed = cluster.Authorities.SignClient(pem, Began() - s_backdate, cluster.Now + s_life);
                status["certificate"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(signed));
            }
            catch (CryptographicException unreadable)
            {
                AddFailure(status, unreadable.Message);
            }

            _client.UpdateStatus(request);
        }

        return null;
    }

    /// <summary>A real server goes by the machine's time, which the cluster's may have left behind.</summary>
    private DateTimeOffset Began()
    {
        var (now, real) = (cluster.Now, TimeProvider.System.GetUtcNow());
        return cluster.Genuine is not null && real < now ? real : now;
    }

    private static bool IsDue(JsonObject request)
    {
        var conditions = request.ObjectsAt("status", "conditions").Select(c => c.TextAt("type") ?? "").ToHashSet();
        return request.TextAt("spec", "signerName")
                is "kubernetes.io/kube-apiserver-client"
                    or "kubernetes.io/kubelet-serving"
            && conditions.Contains("Approved")
            && !conditions.Contains("Failed")
            && request.TextAt("status", "certificate") is null;
    }

    private void AddFailure(JsonObject status, string why)
    {
        if (status.ListAt("conditions") is not { } conditions)
        {
            status["conditions"] = conditions = [];
        }

        JsonNode failed = new JsonObject
        {
            ["type"] = "Failed",
            ["status"] = "True",
            ["reason"] = "SignerValidationFailure",
            ["message"] = why,
            ["lastUpdateTime"] = cluster.NowText,
        };
        conditions.Add(failed);
    }
}

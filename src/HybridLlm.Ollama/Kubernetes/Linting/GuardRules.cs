using YamlDotNet.RepresentationModel;

namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>Who reaches a pod, and what one that was taken over could do.</summary>
internal static class GuardRules
{
    private static readonly string[] s_everybody = ["0.0.0.0/0", "::/0"];

    public static IEnumerable<ManifestRule> All =>
        [
            new(
                "service",
                "No Service leads to the pods.",
                "Add one of type ClusterIP on port 11434.",
                w => w.Services.Count > 0
            ),
            new(
                "exposed",
                "The Service is open to the outside: Ollama asks nobody for a password, and anyone can delete, pull and push models.",
                "Make it ClusterIP and let a gateway that asks for keys stand before it.",
                w =>
                    w.Services.All(s => s.Text("spec", "type") is "" or "ClusterIP")
                    && w.Pod.Text("hostNetwork") != "true"
            ),
            new(
                "network-policy",
                "Every pod of the cluster reaches port 11434: Ollama asks nobody for a password, and anyone can delete, pull and push models.",
                "Add a NetworkPolicy that lets only the gateway in.",
                w => w.Policies.Any(IsClosed)
            ),
            new(
                "route-paths",
                "The IngressRoute lets every path through, also those that delete and replace models.",
                "Match PathPrefix of /api/chat, /api/generate, /api/embed, /api/tags, /api/show, /api/version and /v1/ only.",
                w =>
                    w.Routes.All(r =>
                        r.Rule.Text("match") is var match
                        && match.Contains("Path", StringComparison.Ordinal)
                        && !match.Contains("PathPrefix(`/`)", StringComparison.Ordinal)
                        && !match.Contains("PathPrefix(`/api`)", StringComparison.Ordinal)
                    )
            ),
            new(
                "route-tls",
                "The IngressRoute has no TLS: prompts and answers travel in the clear.",
                "Add tls with the host's certificate.",
                w => w.Routes.All(r => r.Route.At("spec", "tls") is not null)
            ),
            new(
                "non-root",
                "The server may run as root.",
                "Set runAsNonRoot, and a runAsUser that owns the weights.",
                w => w.Security("runAsNonRoot") == "true"
            ),
            new(
                "read-only-root",
                "The root file system can be written to.",
                "Set readOnlyRootFilesystem, with volumes for the weights and /tmp.",
                w => w.Security("readOnlyRootFilesystem") == "true"
            ),
            new(
                "capabilities",
                "The container keeps kernel capabilities it has no use for.",
                "Drop ALL.",
                w => w.Container.Items("securityContext", "capabilities", "drop").Any(c => c.Text() == "ALL")
            ),
            new(
                "privilege-escalation",
                "A program inside may gain more rights than the server has.",
                "Set allowPrivilegeEscalation to false.",
                w => w.Security("allowPrivilegeEscalation") == "false"
            ),
            new(
                "seccomp",
                "Every system call is allowed.",
                "Set seccompProfile.type to RuntimeDefault.",
                w => w.Security("seccompProfile", "type") is "RuntimeDefault" or "Localhost"
            ),
            new(
                "service-account-token",
                "The pod carries a token for the API server it has no use for.",
                "Set automountServiceAccountToken to false.",
                w => w.Pod.Text("automountServiceAccountToken") == "false"
            ),
        ];

    private static bool IsClosed(YamlNode policy) =>
        policy.At("spec", "ingress") is not null
        && policy
            .Items("spec", "ingress")
            .All(rule =>
                rule.Items("from") is { Count: > 0 } from
                && !from.Any(f => s_everybody.Contains(f.Text("ipBlock", "cidr")))
            );
}

using System.Globalization;
using System.Net;
using HybridLlm.Specs;
using k8s;
using k8s.Models;

namespace HybridLlm.Applying;

/// <summary>
/// Ollama on a GPU node, as k3s starts it: one pod on the node's own network, so that the mesh address itself answers and no
/// packet nests deeper than Nebula.
/// </summary>
internal static class OllamaManifest
{
    public const int Port = Nebula.Firewall.MeshFirewall.OllamaPort;

    private const string Name = "ollama";
    private const string Namespace = "hybridllm";

    public static string Write(ModelSpec model, IPAddress meshAddress, string version)
    {
        V1Namespace space = new()
        {
            ApiVersion = "v1",
            Kind = "Namespace",
            Metadata = new V1ObjectMeta { Name = Namespace },
        };
        return string.Join(
            "---\n",
            KubernetesYaml.Serialize(space) + "\n",
            KubernetesYaml.Serialize(Deployment(model, meshAddress, version)) + "\n"
        );
    }

    private static V1Deployment Deployment(ModelSpec model, IPAddress meshAddress, string version)
    {
        Dictionary<string, string> labels = new() { ["app.kubernetes.io/name"] = Name };
        return new V1Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = new V1ObjectMeta
            {
                Name = Name,
                NamespaceProperty = Namespace,
                Labels = labels,
            },
            Spec = new V1DeploymentSpec
            {
                Replicas = 1,
                // One GPU cannot hold the model twice.
                Strategy = new V1DeploymentStrategy { Type = "Recreate" },
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = labels },
                    Spec = Pod(model, meshAddress, version),
                },
            },
        };
    }

    private static V1PodSpec Pod(ModelSpec model, IPAddress meshAddress, string version) =>
        new()
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            HostNetwork = true,
            RuntimeClassName = "nvidia",
            // Ollama drops its streams at SIGTERM; a spot node has two minutes in all.
            TerminationGracePeriodSeconds = 100,
            Containers =
            [
                new V1Container
                {
                    Name = Name,
                    Image = $"docker.io/ollama/ollama:{version}",
                    ImagePullPolicy = "Never",
                    Env =
                    [
                        .. Environment(model, meshAddress).Select(e => new V1EnvVar { Name = e.Name, Value = e.Value }),
                    ],
                    Ports = [new V1ContainerPort { ContainerPort = Port }],
                    VolumeMounts =
                    [
                        new V1VolumeMount
                        {
                            Name = "models",
                            MountPath = "/models",
                            ReadOnlyProperty = true,
                        },
                    ],
                    LivenessProbe = Probe(meshAddress, periodSeconds: 30, failures: 6),
                    ReadinessProbe = Probe(meshAddress, periodSeconds: 2, failures: 3),
                    SecurityContext = new V1SecurityContext
                    {
                        AllowPrivilegeEscalation = false,
                        Capabilities = new V1Capabilities { Drop = ["ALL"] },
                    },
                },
            ],
            Volumes =
            [
                new V1Volume
                {
                    Name = "models",
                    HostPath = new V1HostPathVolumeSource { Path = NodeArtifacts.ModelFolder, Type = "Directory" },
                },
            ],
        };

    private static (string Name, string Value)[] Environment(ModelSpec model, IPAddress meshAddress) =>
        [
            ("OLLAMA_HOST", $"{meshAddress}:{Port}"),
            ("OLLAMA_MODELS", "/models"),
            // Ollama's own choice of context follows the GPU's memory, so the same model would differ from node to node.
            ("OLLAMA_CONTEXT_LENGTH", model.ContextTokens.ToString(CultureInfo.InvariantCulture)),
            ("OLLAMA_NUM_PARALLEL", model.Parallel.ToString(CultureInfo.InvariantCulture)),
            ("OLLAMA_MAX_LOADED_MODELS", "1"),
            ("OLLAMA_KEEP_ALIVE", "-1"),
            ("OLLAMA_NO_CLOUD", "1"),
            ("OLLAMA_NOPRUNE", "1"),
            ("NVIDIA_VISIBLE_DEVICES", "all"),
        ];

    private static V1Probe Probe(IPAddress meshAddress, int periodSeconds, int failures) =>
        new()
        {
            HttpGet = new V1HTTPGetAction
            {
                Host = meshAddress.ToString(),
                Path = "/api/version",
                Port = Port,
            },
            PeriodSeconds = periodSeconds,
            FailureThreshold = failures,
        };
}

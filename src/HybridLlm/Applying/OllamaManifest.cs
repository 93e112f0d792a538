using System.Globalization;
using System.Net;
using HybridLlm.Liqo;
using HybridLlm.Ollama.Kubernetes;
using HybridLlm.Specs;
using k8s;
using k8s.Models;

namespace HybridLlm.Applying;

/// <summary>
/// Ollama on a GPU node: one pod that answers at the node's mesh address, so that no packet nests deeper than Nebula. In direct
/// mode it is on the node's own network, as k3s starts it; federated, Liqo brings it from home, and a host port leads to it.
/// </summary>
internal static class OllamaManifest
{
    public const int Port = Nebula.Firewall.MeshFirewall.OllamaPort;

    private const string Name = "ollama";
    private const string Namespace = "hybridllm";

    /// <summary>What answers get to leave a pod that goes; the gateway's have left before, and an idle connection must not hold the GPU for long.</summary>
    private const string DrainSeconds = "20";

    /// <summary>Probes, two seconds apart, until a start counts as failed: ten minutes, as long as a big model may take from a slow disk.</summary>
    private const int StartingProbes = 300;

    /// <summary>Where pods of the homelab find it.</summary>
    public static string ServiceAddress(string home) => $"{Name}.{home}.svc:{Port}";

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
            KubernetesYaml.Serialize(Direct(model, meshAddress, version)) + "\n"
        );
    }

    /// <summary>The Deployment at home whose pod Liqo runs on one GPU cluster and nowhere else.</summary>
    public static V1Deployment Federated(
        string name,
        string home,
        ModelSpec model,
        IPAddress meshAddress,
        string version,
        string providerId
    )
    {
        Dictionary<string, string> labels = new()
        {
            ["app.kubernetes.io/name"] = Name,
            ["app.kubernetes.io/instance"] = name,
        };
        var pod = Pod(model, version, $"0.0.0.0:{Port}", probedAt: null);
        pod.NodeSelector = new Dictionary<string, string> { [LiqoLabels.RemoteClusterId] = providerId };
        var container = pod.Containers[0];
        container.Ports =
        [
            new V1ContainerPort
            {
                ContainerPort = Port,
                HostPort = Port,
                HostIP = meshAddress.ToString(),
            },
        ];
        container.Resources = new V1ResourceRequirements
        {
            Limits = new Dictionary<string, ResourceQuantity> { ["nvidia.com/gpu"] = new("1") },
        };
        // At home, others than the gateway may use it: it is ready when the model is in the GPU, and lets answers end before it goes.
        container.Command = Bash(WorkloadScripts.Start);
        container.StartupProbe = Probe(Exec(WorkloadScripts.Ready), periodSeconds: 2, failures: StartingProbes);
        container.ReadinessProbe = Probe(Exec(WorkloadScripts.Ready), periodSeconds: 5, failures: 2);
        container.Lifecycle = new V1Lifecycle
        {
            PreStop = new V1LifecycleHandler { Exec = Exec(WorkloadScripts.Drain) },
        };
        container.Env =
        [
            .. container.Env,
            new V1EnvVar { Name = "HYBRIDLLM_MODEL", Value = model.Name },
            new V1EnvVar { Name = "HYBRIDLLM_DRAIN_SECONDS", Value = DrainSeconds },
        ];
        return Deployment(name, home, labels, pod);
    }

    private static V1Deployment Direct(ModelSpec model, IPAddress meshAddress, string version)
    {
        var pod = Pod(model, version, $"{meshAddress}:{Port}", meshAddress.ToString());
        pod.HostNetwork = true;
        pod.RuntimeClassName = "nvidia";
        pod.Containers[0].Ports = [new V1ContainerPort { ContainerPort = Port }];
        return Deployment(Name, Namespace, new Dictionary<string, string> { ["app.kubernetes.io/name"] = Name }, pod);
    }

    private static V1Deployment Deployment(
        string name,
        string space,
        Dictionary<string, string> labels,
        V1PodSpec pod
    ) =>
        new()
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = space,
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
                    Spec = pod,
                },
            },
        };

    private static V1PodSpec Pod(ModelSpec model, string version, string listen, string? probedAt) =>
        new()
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            // Ollama drops its streams at SIGTERM; a spot node has two minutes in all.
            TerminationGracePeriodSeconds = 100,
            Containers =
            [
                new V1Container
                {
                    Name = Name,
                    Image = $"docker.io/ollama/ollama:{version}",
                    ImagePullPolicy = "Never",
                    Env = [.. Environment(model, listen).Select(e => new V1EnvVar { Name = e.Name, Value = e.Value })],
                    VolumeMounts =
                    [
                        new V1VolumeMount
                        {
                            Name = "models",
                            MountPath = "/models",
                            ReadOnlyProperty = true,
                        },
                    ],
                    StartupProbe = Probe(probedAt, periodSeconds: 2, failures: StartingProbes),
                    LivenessProbe = Probe(probedAt, periodSeconds: 30, failures: 6),
                    ReadinessProbe = Probe(probedAt, periodSeconds: 2, failures: 3),
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

    private static (string Name, string Value)[] Environment(ModelSpec model, string listen) =>
        [
            ("OLLAMA_HOST", listen),
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

    private static string[] Bash(string script) => ["/bin/bash", "-c", script];

    private static V1ExecAction Exec(string script) => new() { Command = Bash(script) };

    private static V1Probe Probe(V1ExecAction action, int periodSeconds, int failures) =>
        new()
        {
            Exec = action,
            PeriodSeconds = periodSeconds,
            TimeoutSeconds = 5,
            FailureThreshold = failures,
        };

    private static V1Probe Probe(string? host, int periodSeconds, int failures) =>
        new()
        {
            HttpGet = new V1HTTPGetAction
            {
                Host = host,
                Path = "/api/version",
                Port = Port,
            },
            PeriodSeconds = periodSeconds,
            FailureThreshold = failures,
        };
}

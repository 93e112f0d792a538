using k8s;
using k8s.Models;

namespace HybridLlm.Federating;

/// <summary>NVIDIA's device plugin as a node's k3s starts it, so that the node has a GPU to lend. Upstream: k8s-device-plugin's static manifest.</summary>
internal static class DevicePluginManifest
{
    private const string Name = "nvidia-device-plugin";
    private const string Sockets = "/var/lib/kubelet/device-plugins";

    /// <param name="version">Tag of the preloaded image, e.g. <c>v0.20.0</c>.</param>
    public static string Write(string version)
    {
        Dictionary<string, string> labels = new() { ["app.kubernetes.io/name"] = Name };
        V1DaemonSet plugin = new()
        {
            ApiVersion = "apps/v1",
            Kind = "DaemonSet",
            Metadata = new V1ObjectMeta { Name = Name, NamespaceProperty = "kube-system" },
            Spec = new V1DaemonSetSpec
            {
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = labels },
                    Spec = Pod(version),
                },
            },
        };
        return KubernetesYaml.Serialize(plugin) + "\n";
    }

    private static V1PodSpec Pod(string version) =>
        new()
        {
            PriorityClassName = "system-node-critical",
            RuntimeClassName = "nvidia",
            Containers =
            [
                new V1Container
                {
                    Name = Name,
                    Image = $"nvcr.io/nvidia/k8s-device-plugin:{version}",
                    ImagePullPolicy = "Never",
                    SecurityContext = new V1SecurityContext
                    {
                        AllowPrivilegeEscalation = false,
                        Capabilities = new V1Capabilities { Drop = ["ALL"] },
                    },
                    VolumeMounts = [new V1VolumeMount { Name = "sockets", MountPath = Sockets }],
                },
            ],
            Volumes =
            [
                new V1Volume
                {
                    Name = "sockets",
                    HostPath = new V1HostPathVolumeSource { Path = Sockets },
                },
            ],
        };
}

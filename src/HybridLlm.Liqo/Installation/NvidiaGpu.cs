namespace HybridLlm.Liqo.Installation;

/// <summary>
/// What a k3s provider needs to lend NVIDIA GPUs, besides driver and container toolkit on the node: k3s finds the toolkit by itself and
/// knows it as the container runtime <c>nvidia</c>. Upstream: docs.k3s.io, "NVIDIA Container Runtime"; github.com/NVIDIA/k8s-device-plugin.
/// </summary>
public static class NvidiaGpu
{
    /// <summary>Image of the device plugin unless another is given.</summary>
    public const string DevicePluginImage = "nvcr.io/nvidia/k8s-device-plugin:v0.17.4";

    /// <summary>Name of the RuntimeClass, for <c>spec.runtimeClassName</c> of pods and for virtual nodes.</summary>
    public const string RuntimeClassName = "nvidia";

    /// <summary>The RuntimeClass, as YAML. k3s 1.34 and newer bring it; applied again it changes nothing.</summary>
    public static string RuntimeClassManifest { get; } =
        $"""
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata:
              name: {RuntimeClassName}
            handler: nvidia

            """;

    /// <summary>
    /// The device plugin, which makes <c>nvidia.com/gpu</c> allocatable, as YAML for the server's <c>manifests</c> folder. It keeps off
    /// virtual nodes.
    /// </summary>
    /// <param name="image">Its image.</param>
    public static string DevicePluginManifest(string image = DevicePluginImage)
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        return $$"""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata:
              name: nvidia-device-plugin
              namespace: kube-system
              labels:
                app.kubernetes.io/name: nvidia-device-plugin
            spec:
              selector:
                matchLabels:
                  app.kubernetes.io/name: nvidia-device-plugin
              template:
                metadata:
                  labels:
                    app.kubernetes.io/name: nvidia-device-plugin
                spec:
                  runtimeClassName: {{RuntimeClassName}}
                  priorityClassName: system-node-critical
                  affinity:
                    nodeAffinity:
                      requiredDuringSchedulingIgnoredDuringExecution:
                        nodeSelectorTerms:
                          - matchExpressions:
                              - key: {{LiqoLabels.NodeType}}
                                operator: NotIn
                                values:
                                  - {{LiqoLabels.VirtualNode}}
                  tolerations:
                    - key: nvidia.com/gpu
                      operator: Exists
                      effect: NoSchedule
                  containers:
                    - name: nvidia-device-plugin
                      image: "{{image}}"
                      env:
                        - name: FAIL_ON_INIT_ERROR
                          value: "false"
                      securityContext:
                        allowPrivilegeEscalation: false
                        capabilities:
                          drop:
                            - ALL
                      volumeMounts:
                        - name: device-plugins
                          mountPath: /var/lib/kubelet/device-plugins
                  volumes:
                    - name: device-plugins
                      hostPath:
                        path: /var/lib/kubelet/device-plugins

            """;
    }
}

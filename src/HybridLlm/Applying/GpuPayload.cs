using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Liqo.Installation;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>What one GPU node gets in its sealed reply. The kubeconfig it will answer to is kept as a secret of this cluster.</summary>
/// <param name="context">The cluster.</param>
/// <param name="wake">The node's wake.</param>
/// <param name="foundation">What the wake builds on.</param>
/// <param name="providerId">Liqo's id of the node's cluster; null without federation.</param>
internal sealed class GpuPayload(ClusterContext context, NodeWake wake, Foundation foundation, string? providerId)
{
    private static readonly Dictionary<string, string> s_labels = new() { ["node-type"] = "gpu" };

    public NodePayload Write(
        IReadOnlyList<Artifact> artifacts,
        IReadOnlyList<ArtifactLink> links,
        NebulaCertificate certificate,
        InterruptionUrls interruptions,
        ModelVolume? volume
    )
    {
        var address = wake.Place.Networks[0].Address;
        K3sServer server = new()
        {
            NodeName = wake.Id,
            MeshAddress = address,
            PodRange = context.Spec.Gpu.PodRange,
            ServiceRange = context.Spec.Gpu.ServiceRange,
            DnsAddress = ServiceDns(IPNetwork.Parse(context.Spec.Gpu.ServiceRange)),
            Labels = s_labels,
        };
        using var authorities = K3sAuthorities.Create(context.Now, wake.Boot.LastMoment);
        context.State.WriteSecret(
            KubeconfigName(wake.Id),
            authorities.CreateAdminKubeconfig(server.ApiServer, "hybridllm-controller")
        );
        return NodePayloads.Gpu(
            foundation.Mesh.Authority,
            certificate,
            [foundation.Lighthouse],
            server,
            authorities,
            providerId is null
                ? [("ollama", OllamaManifest.Write(context.Spec.Model, address, Version(NodeArtifacts.Ollama)))]
                :
                [
                    (
                        "nvidia-device-plugin",
                        NvidiaGpu.DevicePluginManifest(
                            $"nvcr.io/nvidia/k8s-device-plugin:{Version(NodeArtifacts.DevicePlugin)}"
                        )
                    ),
                    ("liqo", K3sHelmChart.FromServer(Installation(server, providerId), NodeArtifacts.LiqoChart)),
                ],
            links,
            interruptions,
            volume
        );

        string Version(string name) => artifacts.First(a => a.Name == name).Version;
    }

    private LiqoInstallation Installation(K3sServer server, string id) =>
        new()
        {
            ClusterId = id,
            ApiServer = server.ApiServer,
            PodRanges = [server.PodRange],
            ServiceRange = server.ServiceRange,
            ReservedRanges = [$"{SpecCheck.AddressProofOf(context.Spec).Mesh}", context.Spec.Gpu.VpcRange],
            ClusterLabels = s_labels,
        };

    public static string KubeconfigName(string wakeId) => $"{wakeId}.kubeconfig";

    /// <summary>k3s's custom: the tenth address of the service range.</summary>
    private static IPAddress ServiceDns(IPNetwork range)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        bytes[^1] += 10;
        return new IPAddress(bytes);
    }
}

using System.Net;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Liqo.Installation;
using HybridLlm.Specs;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>The files of a GPU node that is to be federated, as a boot leaves them.</summary>
internal static class FederatedTree
{
    public const string Model = "llama3.2:1b";
    public const string ClusterId = "aws-gpu-1";
    public const string Liqo = "/var/lib/rancher/k3s/server/manifests/liqo.yaml";
    public const string DevicePlugin = "/var/lib/rancher/k3s/server/manifests/nvidia-device-plugin.yaml";

    private const string LiqoHead = """
        apiVersion: helm.cattle.io/v1
        kind: HelmChart
        metadata:
          name: liqo
          namespace: kube-system
        spec:
          chart: "https://%{KUBERNETES_API}%/static/charts/liqo.tgz"
          targetNamespace: liqo
          createNamespace: true
          valuesContent: |-

        """;
    private const string DevicePluginManifest = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: nvidia-device-plugin
          namespace: kube-system
        spec:
          selector:
            matchLabels: {name: nvidia-device-plugin}
          template:
            metadata:
              labels: {name: nvidia-device-plugin}
            spec:
              containers:
              - name: plugin
                image: nvcr.io/nvidia/k8s-device-plugin:0.0.0-emulated
                imagePullPolicy: Never
        """;

    public static K3sServer Server(IPAddress address) =>
        new()
        {
            NodeName = "gpu-1",
            MeshAddress = address,
            PodRange = LabMesh.PodRange,
            ServiceRange = "10.43.0.0/16",
            DnsAddress = IPAddress.Parse("10.43.0.10"),
            Labels = new Dictionary<string, string> { ["node-type"] = "gpu" },
        };

    public static NodeFiles Create(IPAddress address, K3sAuthorities authorities)
    {
        NodeFiles files = new();
        var server = Server(address);
        foreach (var file in server.Files(authorities))
        {
            files.Write(file.Path, file.Content);
        }

        LiqoInstallation installation = new()
        {
            ClusterId = ClusterId,
            ApiServer = server.ApiServer,
            PodRanges = [server.PodRange],
            ServiceRange = server.ServiceRange,
            ClusterLabels = new Dictionary<string, string> { ["node-type"] = "gpu" },
        };
        var values = LiqoHelmValues.Write(installation).Split('\n').Select(line => $"    {line}");
        Write(files, Liqo, LiqoHead + string.Join('\n', values));
        Write(files, DevicePlugin, DevicePluginManifest);
        Fetch(files);
        return files;
    }

    public static void Write(NodeFiles files, string path, string text) =>
        files.Write(path, Encoding.UTF8.GetBytes(text));

    private static void Fetch(NodeFiles files)
    {
        using ScratchFolder folder = new();
        EmulatedArtifacts.Write(folder["artifacts"], Model, federated: true);
        foreach (var artifact in NodeArtifacts.For(Model, federated: true))
        {
            var content = File.ReadAllBytes(Path.Combine(folder["artifacts"], artifact.Name));
            if (artifact.Kind == ArtifactKind.Archive)
            {
                files.Unpack(artifact.Path, content);
            }
            else
            {
                files.Write(artifact.Path, content);
            }
        }
    }
}

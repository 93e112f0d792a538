using System.Net;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Meshes;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// The k3s of a node that is to be federated: an API server in the mesh by the authorities the node was given, with Liqo in it, whose pods
/// come from home. It dies with the node's power.
/// </summary>
internal sealed class FederatedNode(
    NodeFiles files,
    MeshPeer peer,
    NodePods pods,
    NodeEmulatorOptions options,
    TimeProvider time
)
{
    private const string Tls = "/var/lib/rancher/k3s/server/tls/";
    private const string DevicePlugin = NodeManifests.Folder + "nvidia-device-plugin.yaml";

    private readonly List<string> _faults = [];

    /// <summary>Whether a node's files ask for it.</summary>
    public static bool IsWanted(NodeFiles files) => files.Read(LiqoChart.Manifest) is not null;

    /// <exception cref="NodeBootException">Something in its files would keep it from federating; all faults.</exception>
    public async Task RunAsync(CancellationToken poweredOff)
    {
        var apiServer = new UriBuilder("https", peer.Address.ToString(), MeshFirewall.KubernetesPort).Uri;
        var k3s = K3sSettings.Read(files, _faults);
        var liqo = new LiqoChart(files, k3s, apiServer, _faults).Read();
        var gpus = Gpus();
        if (_faults.Count > 0)
        {
            throw new NodeBootException(peer.Certificate.Name, _faults);
        }

        using var authorities = Authorities();
        var cluster = await EmulatedCluster
            .StartAsync(
                new EmulatedClusterOptions
                {
                    Time = time,
                    Name = liqo.ClusterId,
                    Authorities = authorities,
                    TlsNames = k3s.TlsNames,
                    PodCidr = k3s.PodRange,
                    ServiceCidr = k3s.ServiceRange,
                    Pods = pods,
                    Nodes =
                    [
                        new EmulatedNode
                        {
                            Name = k3s.NodeName,
                            Address = peer.Address.ToString(),
                            Labels = k3s.NodeLabels,
                            Gpus = gpus,
                        },
                    ],
                },
                poweredOff
            )
            .ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            EmulatedLiqo.Install(cluster, liqo);
            options.Federated?.Invoke(apiServer, cluster);
            using var served = peer.Serve(apiServer.Port, new IPEndPoint(IPAddress.Loopback, cluster.Server.Port));
            await Task.Delay(Timeout.InfiniteTimeSpan, time, poweredOff).ConfigureAwait(false);
        }
    }

    /// <summary>A GPU is offered to pods only by the device plugin.</summary>
    private int Gpus()
    {
        var plugin = NodeManifests.Read(files, DevicePlugin).FirstOrDefault(o => o.TextAt("kind") == "DaemonSet");
        var missing = plugin
            .ObjectsAt("spec", "template", "spec", "containers")
            .Select(c => c.TextAt("image") ?? "")
            .Where(image => !NodeImages.Has(files, image));
        _faults.AddRange(missing.Select(image => $"{DevicePlugin}: {image} is not among the node's images"));
        return plugin is null ? 0 : 1;
    }

    private ClusterAuthorities Authorities() =>
        ClusterAuthorities.FromPem(
            Pem("server-ca.crt"),
            Pem("server-ca.key"),
            Pem("client-ca.crt"),
            Pem("client-ca.key")
        );

    /// <summary>A file whose pairing was inspected at boot.</summary>
    private string Pem(string name) => files.ReadText(Tls + name)!;
}

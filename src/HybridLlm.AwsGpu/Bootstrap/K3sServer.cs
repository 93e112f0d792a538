using System.Globalization;
using System.Net;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>The k3s server of one GPU node: confined to the mesh, with only what serving a model needs.</summary>
public sealed record K3sServer
{
    /// <summary>Node name, an RFC 1123 label.</summary>
    public required string NodeName { get; init; }

    /// <summary>The node's overlay address; the API server listens there.</summary>
    public required IPAddress MeshAddress { get; init; }

    /// <summary>Interface that holds <see cref="MeshAddress"/>.</summary>
    public string MeshInterface { get; init; } = "nebula1";

    /// <summary>Pod range, CIDR.</summary>
    public required string PodRange { get; init; }

    /// <summary>Service range, CIDR.</summary>
    public required string ServiceRange { get; init; }

    /// <summary>Address of the cluster's DNS in <see cref="ServiceRange"/>.</summary>
    public required IPAddress DnsAddress { get; init; }

    /// <summary>Labels of the node; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the API server will answer.</summary>
    public Uri ApiServer =>
        new($"https://{(MeshAddress.GetAddressBytes().Length == 16 ? $"[{MeshAddress}]" : MeshAddress)}:6443");

    /// <summary>
    /// k3s's configuration, token and unit. docs.k3s.io, "Configuration File"; one node needs no VXLAN, hence host-gw.
    /// </summary>
    /// <param name="authorities">This incarnation's authorities.</param>
    public IReadOnlyList<NodeFile> Files(K3sAuthorities authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        var labels = string.Concat(
            Labels
                .OrderBy(l => l.Key, StringComparer.Ordinal)
                .Select(l => string.Create(CultureInfo.InvariantCulture, $"\n  - \"{l.Key}={l.Value}\""))
        );
        return
        [
            .. authorities.Files,
            new NodeFile("/etc/rancher/k3s/token", authorities.Token + "\n"),
            new NodeFile(
                "/etc/rancher/k3s/config.yaml",
                $"""
                node-name: {NodeName}
                node-ip: "{MeshAddress}"
                bind-address: "{MeshAddress}"
                advertise-address: "{MeshAddress}"
                tls-san:
                  - "{MeshAddress}"
                flannel-iface: {MeshInterface}
                flannel-backend: host-gw
                cluster-cidr: "{PodRange}"
                service-cidr: "{ServiceRange}"
                cluster-dns: "{DnsAddress}"
                token-file: /etc/rancher/k3s/token
                write-kubeconfig-mode: "0600"
                default-runtime: nvidia
                disable:
                  - traefik
                  - servicelb
                  - metrics-server
                  - local-storage
                node-label:{(labels.Length > 0 ? labels : " []")}

                """
            ),
            new NodeFile(
                "/etc/systemd/system/k3s.service",
                $"""
                [Unit]
                Description=k3s
                Wants=network-online.target
                After=network-online.target nebula.service

                [Service]
                Type=notify
                ExecStartPre=/bin/sh -c 'until ip addr show dev {MeshInterface} 2>/dev/null | grep -qF "{MeshAddress}/"; do sleep 1; done'
                ExecStart=/usr/local/bin/k3s server
                KillMode=process
                Delegate=yes
                LimitNOFILE=1048576
                TasksMax=infinity
                Restart=always
                RestartSec=5

                [Install]
                WantedBy=multi-user.target

                """
            ),
        ];
    }
}

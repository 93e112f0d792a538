using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Nodes;

/// <summary>What the configuration file of a node's k3s says, as far as a cluster of one node shows it.</summary>
internal sealed record K3sSettings
{
    private const string Path = "/etc/rancher/k3s/config.yaml";

    public required string NodeName { get; init; }

    public required IReadOnlyDictionary<string, string> NodeLabels { get; init; }

    public required string PodRange { get; init; }

    public required string ServiceRange { get; init; }

    /// <summary>What the API server's certificate is valid for, besides loopback.</summary>
    public required IReadOnlyList<string> TlsNames { get; init; }

    /// <summary>Reads it; what is missing is a fault, and k3s's own default in the result.</summary>
    public static K3sSettings Read(NodeFiles files, List<string> faults)
    {
        var config = NodeManifests.Read(files, Path) is [var only] ? only : [];
        return new K3sSettings
        {
            NodeName = Text("node-name", ""),
            PodRange = Text("cluster-cidr", "10.42.0.0/16"),
            ServiceRange = Text("service-cidr", "10.43.0.0/16"),
            TlsNames = [.. config.TextsAt("tls-san"), Text("bind-address", "0.0.0.0")],
            NodeLabels = config
                .TextsAt("node-label")
                .Select(l => l.Split('=', 2))
                .ToDictionary(l => l[0], l => l is [_, var value] ? value : ""),
        };

        string Text(string name, string otherwise)
        {
            if (config.TextAt(name) is { } text)
            {
                return text;
            }

            faults.Add($"{Path} has no {name}");
            return otherwise;
        }
    }
}

using System.Net;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What one cluster shows before a peering. A null says that the user may not see it, or that it was not looked at.</summary>
internal sealed record ClusterSurvey
{
    public required ClusterSide Side { get; init; }

    /// <summary>Why nothing could be read; null when the cluster answers.</summary>
    public string? Silence { get; init; }

    public string? Id { get; init; }
    public string? VersionText { get; init; }
    public IReadOnlyList<string> MissingKinds { get; init; } = [];

    /// <summary>Of those that only Liqo's own network needs.</summary>
    public IReadOnlyList<string> MissingNetworkKinds { get; init; } = [];

    /// <summary>Arguments of Liqo's controller manager.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>Algorithm of the cluster's key, or why it cannot be used.</summary>
    public (bool IsUsable, string Text)? Key { get; init; }

    public IReadOnlyList<IpamNetwork>? Networks { get; init; }

    /// <summary>Names the API server's certificate holds for; null when it could not be read.</summary>
    public IReadOnlyList<string>? CertificateNames { get; init; }

    public Uri? Server { get; init; }

    /// <summary>Rights asked about and refused, e.g. <c>create tenants</c>.</summary>
    public IReadOnlyList<string>? MissingRights { get; init; }

    /// <summary>What is there of an earlier peering with the other, described.</summary>
    public IReadOnlyList<string>? Leftovers { get; init; }

    public IReadOnlyList<Node>? Nodes { get; init; }

    /// <summary>Namespaces in which pods of Liqo run: its own, and that of the peering.</summary>
    public IReadOnlyList<NamespaceObject>? Namespaces { get; init; }

    public LiqoVersion? Version => LiqoVersion.Parse(VersionText);

    /// <summary>Where consumers are told that the API server is.</summary>
    public Uri? ApiServer =>
        Uri.TryCreate(Argument("api-server-address-override"), UriKind.Absolute, out var told) ? told : null;

    /// <summary>Whether a module is on; null when it is not known.</summary>
    public bool? IsOn(string module) => Argument($"{module}-enabled") is { } text ? text == "true" : null;

    public string? Argument(string name) =>
        Arguments?.FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal))?.Split('=', 2)[1]
            is { Length: > 0 } value
            ? value
            : null;

    /// <summary>Ranges of pods and services, with what they are.</summary>
    public IEnumerable<(string Name, IPNetwork Range)> Ranges =>
        from network in Networks ?? []
        let type = network.Label(LiqoNames.NetworkType)
        where type is "pod-cidr" or "service-cidr"
        where IPNetwork.TryParse(network.Spec?.Cidr, out _)
        select (type, IPNetwork.Parse(network.Spec!.Cidr!));
}

using System.Text.Json.Nodes;
using HybridLlm.Liqo;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// The Liqo that a node's k3s installs from the manifest <c>liqo.yaml</c>: a HelmChart whose archive the API server itself serves
/// from the node's disk. What would install another Liqo than meant, or none, is a fault.
/// </summary>
internal sealed class LiqoChart(NodeFiles files, K3sSettings k3s, Uri apiServer, List<string> faults)
{
    public const string Manifest = NodeManifests.Folder + "liqo.yaml";

    private const string Served = "https://%{KUBERNETES_API}%/static/";
    private const string ServedFolder = "/var/lib/rancher/k3s/server/static/";

    /// <summary>The Liqo; what is faulty in it is the default.</summary>
    public EmulatedLiqoOptions Read()
    {
        var chart = NodeManifests.Read(files, Manifest).FirstOrDefault(IsLiqo);
        Check(chart is not null, $"{Manifest} has no HelmChart 'liqo' in kube-system");
        var values = Values(chart);
        var id = values.TextAt("discovery", "config", "clusterID") ?? "";
        Check(ClusterId.IsValid(id), $"liqo: clusterID '{id}' is no cluster id");
        var address = values.TextAt("apiServer", "address");
        Check(
            Uri.TryCreate(address, UriKind.Absolute, out var told) && told == apiServer,
            $"liqo: peers are told that the API server is at '{address}', but it is at {apiServer}"
        );
        Check(
            values.At("networking", "enabled") is JsonValue enabled && !enabled.GetValue<bool>(),
            "liqo: its own network is on, and cannot work inside the mesh"
        );
        Check(
            values.TextsAt("ipam", "podCIDRs").Contains(k3s.PodRange),
            $"liqo: ipam.podCIDRs lacks k3s's {k3s.PodRange}"
        );
        Check(
            values.TextAt("ipam", "serviceCIDR") == k3s.ServiceRange,
            $"liqo: ipam.serviceCIDR is not k3s's {k3s.ServiceRange}"
        );
        return new EmulatedLiqoOptions
        {
            ClusterId = id,
            Version = $"v{ChartVersion(chart.TextAt("spec", "chart") ?? "")}",
            Namespace = chart.TextAt("spec", "targetNamespace") ?? "default",
            ApiServerAddress = told,
            ClusterLabels = values.MapAt("discovery", "config", "clusterLabels"),
        };
    }

    private static bool IsLiqo(JsonObject o) =>
        (o.TextAt("apiVersion"), o.TextAt("kind"), o.TextAt("metadata", "namespace"), o.TextAt("metadata", "name"))
        == ("helm.cattle.io/v1", "HelmChart", "kube-system", "liqo");

    private static JsonObject? Values(JsonObject? chart) =>
        NodeManifests.Documents(chart.TextAt("spec", "valuesContent") ?? "").FirstOrDefault();

    /// <summary>As the chart's own archive says it.</summary>
    private string ChartVersion(string chart)
    {
        if (!chart.StartsWith(Served, StringComparison.Ordinal))
        {
            faults.Add($"liqo: the chart '{chart}' is not one that the API server serves from the node's disk");
            return "";
        }

        var path = ServedFolder + chart[Served.Length..];
        try
        {
            NodeFiles unpacked = new();
            unpacked.Unpack("", files.Read(path) ?? throw new FileNotFoundException("it is missing"));
            return
                NodeManifests.Read(unpacked, "/liqo/Chart.yaml") is [var described]
                && described.TextAt("version") is { } version
                ? version
                : throw new InvalidDataException("liqo/Chart.yaml says no version");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NodeBootException)
        {
            faults.Add($"{path} is no chart: {e.Message}");
            return "";
        }
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            faults.Add(otherwise);
        }
    }
}

using System.Text;

namespace HybridLlm.Liqo.Installation;

/// <summary>
/// The manifest by which k3s installs Liqo at boot; it belongs into the server's <c>manifests</c> folder. Upstream: k3s'
/// helm-controller, HelmChart helm.cattle.io/v1.
/// </summary>
public static class K3sHelmChart
{
    /// <summary>A manifest that installs the chart found in a repository.</summary>
    /// <param name="installation">What is installed.</param>
    /// <param name="repository">Address of the chart repository.</param>
    /// <exception cref="InvalidSpecException">The installation cannot be.</exception>
    public static string FromRepository(LiqoInstallation installation, Uri repository)
    {
        ArgumentNullException.ThrowIfNull(installation);
        ArgumentNullException.ThrowIfNull(repository);
        return Write(
            installation,
            $"""
              repo: "{repository.AbsoluteUri}"
              chart: "liqo"
              version: "{installation.Version}"
            """
        );
    }

    /// <summary>A manifest that carries the chart itself, for nodes that download nothing.</summary>
    /// <param name="installation">What is installed.</param>
    /// <param name="chart">The chart's archive, .tgz.</param>
    /// <exception cref="InvalidSpecException">The installation cannot be.</exception>
    public static string FromArchive(LiqoInstallation installation, ReadOnlyMemory<byte> chart)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return Write(installation, $"  chartContent: \"{Convert.ToBase64String(chart.Span)}\"");
    }

    /// <summary>
    /// A manifest that installs a chart which lies in the server's own <c>static/charts</c> folder, for nodes that download nothing.
    /// Upstream: docs.k3s.io, "Helm".
    /// </summary>
    /// <param name="installation">What is installed.</param>
    /// <param name="fileName">Name of the archive in <c>/var/lib/rancher/k3s/server/static/charts</c>, e.g. <c>liqo.tgz</c>.</param>
    /// <exception cref="InvalidSpecException">The installation cannot be.</exception>
    public static string FromServer(LiqoInstallation installation, string fileName)
    {
        ArgumentNullException.ThrowIfNull(installation);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return Write(installation, $"  chart: \"https://%{{KUBERNETES_API}}%/static/charts/{fileName}\"");
    }

    private static string Write(LiqoInstallation installation, string source)
    {
        StringBuilder manifest = new(
            $"""
            apiVersion: helm.cattle.io/v1
            kind: HelmChart
            metadata:
              name: liqo
              namespace: kube-system
            spec:
            {source}
              targetNamespace: liqo
              createNamespace: true
              valuesContent: |-

            """
        );
        foreach (var line in LiqoHelmValues.Write(installation).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            manifest.Append("    ").Append(line).Append('\n');
        }

        return manifest.ToString();
    }
}

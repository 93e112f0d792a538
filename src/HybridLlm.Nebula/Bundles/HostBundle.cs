using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Bundles;

/// <summary>The files of one host, as nebula wants them in a folder.</summary>
public sealed record HostBundle
{
    /// <summary>Certificates of the trusted authorities (<c>ca.crt</c>).</summary>
    public required IReadOnlyList<NebulaCertificate> Authorities { get; init; }

    /// <summary>The host's certificate, or its v1 and its v2 (<c>host.crt</c>).</summary>
    public required IReadOnlyList<NebulaCertificate> Certificates { get; init; }

    /// <summary>The host's key (<c>host.key</c>); null when the host made it and keeps it.</summary>
    public HostKeyPair? Key { get; init; }

    /// <summary>The configuration (<c>config.yml</c>), whose paths usually come from <see cref="PkiIn"/>.</summary>
    public required NebulaConfig Config { get; init; }

    /// <summary>The <c>pki</c> section for a bundle that lies in a folder of the host.</summary>
    /// <param name="folder">Absolute path on the host, e.g. <c>/etc/nebula</c>.</param>
    public static PkiConfig PkiIn(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var prefix = folder.TrimEnd('/');
        return new PkiConfig
        {
            Ca = $"{prefix}/{BundleFile.CaName}",
            Certificate = $"{prefix}/{BundleFile.CertificateName}",
            Key = $"{prefix}/{BundleFile.KeyName}",
        };
    }

    /// <summary>The files. The key's content is a secret.</summary>
    public IReadOnlyList<BundleFile> Files() =>
        [
            new(BundleFile.CaName, Pem(Authorities)),
            new(BundleFile.CertificateName, Pem(Certificates)),
            .. Key is null ? Array.Empty<BundleFile>() : [new(BundleFile.KeyName, Key.ExportPem())],
            new(BundleFile.ConfigName, NebulaConfigWriter.Write(Config)),
        ];

    private static string Pem(IEnumerable<NebulaCertificate> certificates) =>
        string.Concat(certificates.Select(c => c.ToPem()));
}

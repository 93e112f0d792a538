using System.Diagnostics.CodeAnalysis;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>pki</c>: who this node is and whom it trusts. Paths, or the PEM texts themselves.</summary>
public sealed record PkiConfig
{
    /// <summary>Certificates of the trusted authorities. Required.</summary>
    public string? Ca { get; init; }

    /// <summary>The host's certificate, or its v1 and its v2. Its networks and curve cannot change by reload. Required.</summary>
    public string? Certificate { get; init; }

    /// <summary>The host's private key. Required.</summary>
    public string? Key { get; init; }

    /// <summary>Fingerprints of certificates to refuse, lower-case hex.</summary>
    public IReadOnlyList<string> Blocklist { get; init; } = [];

    /// <summary>Whether tunnels are dropped once their peer's certificate is no longer valid; null for true.</summary>
    public bool? DisconnectInvalid { get; init; }

    /// <summary>Certificate version shown first in handshakes this node begins; null for v1 when it has one, else v2.</summary>
    public CertificateVersion? InitiatingVersion { get; init; }

    /// <summary>The paths; what is inlined shows as "inline", for it may be a secret.</summary>
    public override string ToString() => $"ca: {Shown(Ca)}, cert: {Shown(Certificate)}, key: {Shown(Key)}";

    internal static string Shown(string? pathOrPem) => IsInline(pathOrPem) ? "inline" : pathOrPem ?? "none";

    /// <summary>Nebula's own way of telling a PEM text from a path.</summary>
    internal static bool IsInline([NotNullWhen(true)] string? pathOrPem) =>
        pathOrPem?.Contains("-----BEGIN", StringComparison.Ordinal) == true;

    internal static SectionCodec<PkiConfig> Codec { get; } =
        new SectionCodec<PkiConfig>()
            .Text("ca", c => c.Ca, (c, v) => c with { Ca = v }, Reload)
            .Text("cert", c => c.Certificate, (c, v) => c with { Certificate = v }, Reload)
            .Text("key", c => c.Key, (c, v) => c with { Key = v }, Reload)
            .List(
                "blocklist",
                Codecs.List(Codecs.Text),
                c => c.Blocklist,
                (c, v) => c with { Blocklist = v },
                Reload,
                "Fingerprints of certificates that are no longer trusted."
            )
            .Bool("disconnect_invalid", c => c.DisconnectInvalid, (c, v) => c with { DisconnectInvalid = v }, Reload)
            .Value(
                "initiating_version",
                Codecs.Choice(("1", CertificateVersion.V1), ("2", CertificateVersion.V2)),
                c => c.InitiatingVersion,
                (c, v) => c with { InitiatingVersion = v },
                Reload
            );
}

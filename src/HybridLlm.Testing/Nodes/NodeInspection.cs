using System.Security.Cryptography.X509Certificates;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Nebula;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Testing.Meshes;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// Judges what a node was given, before it would start: its certificate, its configuration and the authorities of its k3s. Whatever
/// would keep a real node from working keeps an emulated one from serving.
/// </summary>
internal sealed class NodeInspection(NodeBoot boot, NodeFiles files, DateTimeOffset now)
{
    private const string Nebula = "/etc/nebula/";
    private const string Tls = "/var/lib/rancher/k3s/server/tls/";

    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The node as a member of the mesh; null, with faults, when it could not be one.</summary>
    public MeshPeer? Member(Func<string?> underlay)
    {
        try
        {
            var authorities = CaPool.ParsePem(Text(Nebula + "ca.crt"));
            var certificate = NebulaCertificate.ParsePem(Text(Nebula + "host.crt"));
            var key = HostKeyPair.ParsePem(Text(Nebula + "host.key"));
            var config = NebulaConfigReader.Read(Text(Nebula + "config.yml")).Config;
            Check(authorities.Verify(certificate, now) is { IsValid: true }, "the certificate does not verify");
            Check(
                certificate.PublicKey.Span.SequenceEqual(key.PublicKey.Bytes.Span),
                "the certificate is for another key"
            );
            Check(
                boot.Role != NodeRole.Gpu || certificate.NotAfter <= boot.LastMoment,
                "the certificate outlives the node"
            );
            foreach (
                var finding in NebulaConfigValidator
                    .Validate(Text(Nebula + "config.yml"))
                    .Where(f => f.Severity == ConfigSeverity.Error)
            )
            {
                _faults.Add($"config.yml: {finding.Fault.Message}");
            }

            Check(
                config.Lighthouse.AmLighthouse == true == (boot.Role == NodeRole.Lighthouse),
                "the configuration is of another role"
            );
            Check(
                (config.Pki.Ca, config.Pki.Certificate, config.Pki.Key)
                    == (Nebula + "ca.crt", Nebula + "host.crt", Nebula + "host.key"),
                "the configuration names other files than there are"
            );
            return new MeshPeer
            {
                Authorities = authorities,
                Certificate = certificate,
                Config = config,
                Underlay = underlay,
            };
        }
        catch (NebulaException e)
        {
            _faults.Add(e.Message);
            return null;
        }
    }

    /// <summary>k3s would make its own authorities in silence if one of these were missing or did not pair.</summary>
    public void CheckK3s(MeshPeer peer)
    {
        foreach (var name in new[] { "server-ca", "client-ca", "request-header-ca", "etcd/peer-ca", "etcd/server-ca" })
        {
            try
            {
                using var pair = X509Certificate2.CreateFromPem(Text($"{Tls}{name}.crt"), Text($"{Tls}{name}.key"));
                Check(
                    pair.NotBefore <= now.UtcDateTime && now.UtcDateTime <= pair.NotAfter,
                    $"authority {name} is not valid now"
                );
            }
            catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or ArgumentException)
            {
                _faults.Add($"authority {name}: {e.Message}");
            }
        }

        Check(Text(Tls + "service.key").Contains("PRIVATE KEY", StringComparison.Ordinal), "service.key is no key");
        Check(Text("/etc/rancher/k3s/token").Trim().Length == 64, "the k3s token is not 64 digits");
        Check(
            Text("/etc/rancher/k3s/config.yaml").Contains($"node-ip: \"{peer.Address}\"", StringComparison.Ordinal),
            "k3s is not confined to the node's mesh address"
        );
    }

    private string Text(string path)
    {
        if (files.ReadText(path) is { } text)
        {
            return text;
        }

        Check(false, $"{path} is missing");
        return "";
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            _faults.Add(otherwise);
        }
    }
}

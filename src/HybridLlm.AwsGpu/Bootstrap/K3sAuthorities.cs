using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// The certificate authorities of one k3s incarnation, made by the controller before the cluster exists. k3s takes them over
/// when all eleven files are in place before its first start (docs.k3s.io, "Using Custom CA Certificates"); so the controller
/// knows the kubeconfig the new cluster will answer to. A new incarnation gets new authorities.
/// </summary>
public sealed class K3sAuthorities : IDisposable
{
    private const string TlsFolder = "/var/lib/rancher/k3s/server/tls/";

    /// <summary>Clocks of a node that has just booted may lag.</summary>
    private static readonly TimeSpan s_backdate = TimeSpan.FromHours(1);

    private readonly List<NodeFile> _files;
    private readonly X509Certificate2 _clientAuthority;
    private readonly X509Certificate2 _serverAuthority;
    private readonly DateTimeOffset _notBefore;
    private readonly DateTimeOffset _notAfter;

    private K3sAuthorities(DateTimeOffset now, DateTimeOffset notAfter)
    {
        _notBefore = now - s_backdate;
        _notAfter = notAfter;
        _serverAuthority = NewAuthority("k3s-server-ca", now);
        _clientAuthority = NewAuthority("k3s-client-ca", now);
        using var requestHeader = NewAuthority("k3s-request-header-ca", now);
        using var etcdPeer = NewAuthority("etcd-peer-ca", now);
        using var etcdServer = NewAuthority("etcd-server-ca", now);
        using var serviceAccounts = RSA.Create(2048);
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _files =
        [
            .. Pair("server-ca", _serverAuthority),
            .. Pair("client-ca", _clientAuthority),
            .. Pair("request-header-ca", requestHeader),
            .. Pair("etcd/peer-ca", etcdPeer),
            .. Pair("etcd/server-ca", etcdServer),
            new NodeFile(TlsFolder + "service.key", serviceAccounts.ExportRSAPrivateKeyPem() + "\n"),
        ];
    }

    /// <summary>The eleven files k3s looks for before its first start.</summary>
    public IReadOnlyList<NodeFile> Files => _files;

    /// <summary>The server token, 64 hex digits; secret.</summary>
    public string Token { get; }

    /// <summary>PEM of the authority that signs the API server's certificate: what a client must trust.</summary>
    public string ServerAuthorityPem => _serverAuthority.ExportCertificatePem();

    /// <summary>New authorities, valid from an hour before <paramref name="now"/> until <paramref name="notAfter"/>.</summary>
    /// <param name="now">The time of making them.</param>
    /// <param name="notAfter">The end: the node's absolute maximum life.</param>
    public static K3sAuthorities Create(DateTimeOffset now, DateTimeOffset notAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(notAfter, now);
        return new K3sAuthorities(now, notAfter);
    }

    /// <summary>A kubeconfig of group <c>system:masters</c> with a client certificate of its own; secret.</summary>
    /// <param name="server">Where the API server will answer, e.g. <c>https://10.201.3.1:6443</c>.</param>
    /// <param name="user">Common name in the certificate.</param>
    public string CreateAdminKubeconfig(Uri server, string user)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentException.ThrowIfNullOrEmpty(user);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(user);
        name.AddOrganizationName("system:masters");
        CertificateRequest request = new(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
                critical: true
            )
        );
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false)
        );
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                _clientAuthority,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false
            )
        );
        using var certificate = request.Create(
            _clientAuthority,
            _notBefore,
            _notAfter,
            RandomNumberGenerator.GetBytes(16)
        );
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {user}
              cluster:
                server: {server.AbsoluteUri.TrimEnd('/')}
                certificate-authority-data: {Base64(ServerAuthorityPem)}
            users:
            - name: {user}
              user:
                client-certificate-data: {Base64(certificate.ExportCertificatePem())}
                client-key-data: {Base64(key.ExportECPrivateKeyPem())}
            contexts:
            - name: {user}
              context:
                cluster: {user}
                user: {user}
            current-context: {user}

            """;
    }

    /// <summary>Says nothing of the keys.</summary>
    public override string ToString() => $"k3s authorities until {_notAfter:u}";

    /// <summary>Frees the keys.</summary>
    public void Dispose()
    {
        _clientAuthority.Dispose();
        _serverAuthority.Dispose();
    }

    private X509Certificate2 NewAuthority(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}@{now.ToUnixTimeSeconds()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign,
                critical: true
            )
        );
        // k3s renews a leaf whose authority key id differs from its authority's subject key id, so every authority has one.
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(_notBefore, _notAfter);
    }

    private static IEnumerable<NodeFile> Pair(string name, X509Certificate2 authority)
    {
        using var key = authority.GetECDsaPrivateKey()!;
        yield return new NodeFile($"{TlsFolder}{name}.crt", authority.ExportCertificatePem() + "\n");
        yield return new NodeFile($"{TlsFolder}{name}.key", key.ExportECPrivateKeyPem() + "\n");
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem + "\n"));
}

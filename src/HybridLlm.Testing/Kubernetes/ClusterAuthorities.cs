using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>
/// The certificate authorities of a cluster: one that signs the API server's certificate, one that signs clients' (they may be the
/// same). Made for it, or given, e.g. from the files of <c>K3sAuthorities</c>.
/// </summary>
public sealed class ClusterAuthorities : IDisposable
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_backdate = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_life = TimeSpan.FromDays(3650);

    private readonly X509Certificate2 _server;
    private readonly X509Certificate2 _client;

    private ClusterAuthorities(X509Certificate2 server, X509Certificate2 client)
    {
        _server = server;
        _client = client;
        ServerAuthorityPem = server.ExportCertificatePem() + "\n";
        ClientAuthorityPem = client.ExportCertificatePem() + "\n";
    }

    /// <summary>PEM of the authority a client must trust.</summary>
    public string ServerAuthorityPem { get; }

    /// <summary>PEM of the authority whose client certificates the server takes.</summary>
    public string ClientAuthorityPem { get; }

    /// <summary>New authorities, valid ten years around both the given clock and the machine's: TLS goes by the machine's.</summary>
    /// <param name="time">The cluster's clock.</param>
    /// <param name="name">Common name of both.</param>
    public static ClusterAuthorities Create(TimeProvider time, string name = "kubernetes")
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (now, real) = (time.GetUtcNow(), TimeProvider.System.GetUtcNow());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign,
                critical: true
            )
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var authority = request.CreateSelfSigned(
            (now < real ? now : real) - s_backdate,
            (now > real ? now : real) + s_life
        );
        return new ClusterAuthorities(authority, authority);
    }

    /// <summary>Given authorities.</summary>
    /// <param name="serverCertificate">PEM, e.g. k3s's <c>server-ca.crt</c>.</param>
    /// <param name="serverKey">PEM of its ECDSA or RSA private key.</param>
    /// <param name="clientCertificate">PEM, e.g. k3s's <c>client-ca.crt</c>.</param>
    /// <param name="clientKey">PEM of its ECDSA or RSA private key.</param>
    /// <exception cref="CryptographicException">A certificate or key cannot be read, or they do not belong together.</exception>
    public static ClusterAuthorities FromPem(
        string serverCertificate,
        string serverKey,
        string clientCertificate,
        string clientKey
    ) =>
        new(
            X509Certificate2.CreateFromPem(serverCertificate, serverKey),
            X509Certificate2.CreateFromPem(clientCertificate, clientKey)
        );

    /// <summary>Says nothing of the keys.</summary>
    public override string ToString() => $"authorities of {_server.Subject}";

    /// <summary>Frees the keys.</summary>
    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    /// <summary>A certificate for the API server on loopback, its usual names and the given ones.</summary>
    internal X509Certificate2 IssueServer(IReadOnlyList<string> further)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        names.AddDnsName("kubernetes");
        names.AddDnsName("kubernetes.default.svc");
        foreach (var name in further)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        AddLeafExtensions(request, ServerAuthentication, _server);
        using var certificate = request.Create(_server, _server.NotBefore, _server.NotAfter, NewSerial());
        using var withKey = certificate.CopyWithPrivateKey(key);

        // Through PKCS#12, because SslStream wants a key that is not ephemeral on some systems.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A client certificate with a key of its own, both PEM.</summary>
    internal (string Certificate, string Key) IssueClient(string user, IEnumerable<string> groups)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder name = new();
        foreach (var group in groups)
        {
            name.AddOrganizationName(group);
        }

        name.AddCommonName(user);
        CertificateRequest request = new(name.Build(), key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, ClientAuthentication, _client);
        using var certificate = request.Create(_client, _client.NotBefore, _client.NotAfter, NewSerial());
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Signs a certificate request as the cluster's signer of client certificates does, whatever its key's algorithm.</summary>
    /// <param name="request">PKCS#10 in PEM.</param>
    /// <param name="from">Since when it is to hold.</param>
    /// <param name="until">Until when it is to hold; cut to the authority's own end.</param>
    internal string SignClient(string request, DateTimeOffset from, DateTimeOffset until)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(
            request,
            HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.SkipSignatureValidation
        );
        CertificateRequest certificate = new(asked.SubjectName, asked.PublicKey, HashAlgorithmName.SHA256);
        AddLeafExtensions(certificate, ClientAuthentication, _client);
        DateTimeOffset authorityEnd = _client.NotAfter;
        var generator = _client.GetECDsaPrivateKey() is { } ecdsa
            ? X509SignatureGenerator.CreateForECDsa(ecdsa)
            : X509SignatureGenerator.CreateForRSA(_client.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1);
        using var signed = certificate.Create(
            _client.SubjectName,
            generator,
            from,
            until < authorityEnd ? until : authorityEnd,
            NewSerial()
        );
        return signed.ExportCertificatePem() + "\n";
    }

    /// <summary>Whether a client's certificate is of this cluster and holds now.</summary>
    internal bool Issued(X509Certificate2 certificate, DateTimeOffset now)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_client);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }

    private static void AddLeafExtensions(CertificateRequest request, string usage, X509Certificate2 authority)
    {
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
                critical: true
            )
        );
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                authority,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false
            )
        );
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return serial;
    }
}

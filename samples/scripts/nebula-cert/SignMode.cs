using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace NebulaCert;

/// <summary><c>sign</c>: a host's certificate, for a new key or for a public key made elsewhere.</summary>
internal static class SignMode
{
    public static readonly Mode Mode = new(
        "sign",
        "create and sign a certificate",
        [
            .. Authority.Flags,
            new("name", "Required: name of the cert, usually a hostname"),
            new("version", "Optional: version of the certificate format. 0 for the CA's", "0", FlagKind.Number),
            new(
                "duration",
                "Optional: how long it is valid. 0 for until 1 second before the CA ends",
                "0s",
                FlagKind.Duration
            ),
            new("networks", "Required: comma separated list of addresses with their network, in CIDR notation"),
            new("ip", "Deprecated, see -networks"),
            new("unsafe-networks", "Optional: comma separated list of networks this host routes for"),
            new("subnets", "Deprecated, see -unsafe-networks"),
            new("groups", "Optional: comma separated list of groups"),
            new("in-pub", "Optional (if out-key not set): path of a public key"),
            new("out-key", "Optional (if in-pub not set): path to write the private key to"),
            new("out-crt", "Optional: path to write the certificate to"),
            new("out-qr", "Not supported"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        Values.NoQrCode(options);
        Files.AtMostOneStandard(options, "input may read from stdin", "ca-key", "ca-crt", "in-pub");
        Files.AtMostOneStandard(options, "output may write to stdout", "out-key", "out-crt");
        var name = options.Required("name");
        var networks = Values.Networks(options, "networks", "ip");
        var unsafeNetworks = Values.Networks(options, "unsafe-networks", "subnets");
        if (networks.Length == 0)
        {
            throw new UsageException("-networks is required");
        }

        var inPub = options.Text("in-pub");
        if (inPub.Length > 0 && options.Text("out-key").Length > 0)
        {
            throw new UsageException("cannot set both -in-pub and -out-key");
        }

        var (version, life) = (Values.VersionOf(options), options.Duration("duration"));
        var authority = await Authority.LoadAsync(options);
        var key = inPub.Length > 0 ? null : HostKeyPair.Generate(authority.Certificate.Curve);
        var keyPath = options.Text("out-key") is { Length: > 0 } given ? given : $"{name}.key";
        var certificatePath = options.Text("out-crt") is { Length: > 0 } path ? path : $"{name}.crt";
        Files.MustBeNew("cert", certificatePath);
        if (key is not null)
        {
            Files.MustDiffer(("out-key", keyPath), ("out-crt", certificatePath));
            Files.MustBeNew("key", keyPath);
        }

        var now = TimeProvider.System.GetUtcNow();
        var certificate = await authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = name,
                PublicKey = key?.PublicKey ?? HostPublicKey.ParsePem(await Files.ReadAsync(inPub)),
                Networks = networks,
                UnsafeNetworks = unsafeNetworks,
                Groups = options.List("groups"),
                NotBefore = now,
                NotAfter = now + life,
                Version = version,
            }
        );
        if (key is not null)
        {
            await Files.WriteNewAsync(keyPath, key.ExportPem());
        }

        await Files.WriteNewAsync(certificatePath, certificate.ToPem());
        return 0;
    }
}

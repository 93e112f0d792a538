using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace NebulaCert;

/// <summary><c>ca</c>: a new authority.</summary>
internal static class CaMode
{
    private const string Limit = "Optional: comma separated list. This will limit which";

    public static readonly Mode Mode = new(
        "ca",
        "create a self signed certificate authority",
        [
            new("name", "Required: name of the certificate authority"),
            new("version", "Optional: version of the certificate format to use", "2", FlagKind.Number),
            new("duration", "Optional: how long it is valid", "8760h0m0s", FlagKind.Duration),
            Values.Curve,
            new("groups", $"{Limit} groups subordinate certs can use"),
            new("networks", $"{Limit} networks subordinate certs can use"),
            new("ips", "Deprecated, see -networks"),
            new("unsafe-networks", $"{Limit} unsafe networks subordinate certs can use"),
            new("subnets", "Deprecated, see -unsafe-networks"),
            new("encrypt", "Optional: write out-key encrypted with a passphrase", Kind: FlagKind.Switch),
            new("argon-memory", "Optional: Argon2 memory, KiB", "2097152", FlagKind.Number),
            new("argon-iterations", "Optional: Argon2 passes", "1", FlagKind.Number),
            new("argon-parallelism", "Optional: Argon2 lanes", "4", FlagKind.Number),
            new("out-key", "Optional: path to write the private key to", "ca.key"),
            new("out-crt", "Optional: path to write the certificate to", "ca.crt"),
            new("out-qr", "Not supported"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        Values.NoQrCode(options);
        Files.AtMostOneStandard(options, "output may write to stdout", "out-key", "out-crt");
        Files.MustDiffer(options, "out-key", "out-crt");
        var now = TimeProvider.System.GetUtcNow();
        CaCertificateRequest request = new()
        {
            Name = options.Required("name"),
            Version = Values.VersionOf(options) ?? throw new UsageException("-version must be either 1 or 2"),
            NotBefore = now,
            NotAfter = options.Duration("duration") is { Ticks: > 0 } life
                ? now + life
                : throw new UsageException("-duration must be greater than 0"),
            Groups = options.List("groups"),
            Networks = Values.Networks(options, "networks", "ips"),
            UnsafeNetworks = Values.Networks(options, "unsafe-networks", "subnets"),
        };
        var (keyPath, certificatePath) = (options.Required("out-key"), options.Required("out-crt"));
        var key = CaKeyPair.Generate(Values.CurveOf(options));
        Files.MustBeNew("CA key", keyPath);
        Files.MustBeNew("CA cert", certificatePath);
        var keyPem = options.Switch("encrypt") ? Encrypt(key, options) : key.ExportPem();

        var authority = await CertificateAuthority.CreateAsync(request, key);
        await Files.WriteNewAsync(keyPath, keyPem);
        await Files.WriteNewAsync(certificatePath, authority.Certificate.ToPem());
        return 0;
    }

    private static string Encrypt(CaKeyPair key, Options options)
    {
        Argon2Settings settings = new()
        {
            MemoryKiB = options.Number("argon-memory"),
            Iterations = options.Number("argon-iterations"),
            Parallelism = options.Number("argon-parallelism"),
        };
        if (settings.MemoryKiB < 8 || settings.Iterations < 1 || settings.Parallelism is < 1 or > 255)
        {
            throw new UsageException(
                "-argon-memory must be 8 or more, -argon-iterations 1 or more, -argon-parallelism 1 to 255"
            );
        }

        return EncryptedCaKey.Encrypt(key, Authority.Passphrase("out-key must be encrypted"), settings).ToPem();
    }
}

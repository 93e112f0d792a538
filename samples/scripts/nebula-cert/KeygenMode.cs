using HybridLlm.Nebula.Keys;

namespace NebulaCert;

/// <summary><c>keygen</c>: a host's key pair. Unlike nebula-cert it never overwrites one.</summary>
internal static class KeygenMode
{
    public static readonly Mode Mode = new(
        "keygen",
        "create a public/private key pair. the public key can be passed to `nebula-cert sign`",
        [
            Values.Curve,
            new("out-key", "Required: path to write the private key to"),
            new("out-pub", "Required: path to write the public key to"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        var (keyPath, publicPath) = (options.Required("out-key"), options.Required("out-pub"));
        Files.AtMostOneStandard(options, "output may write to stdout", "out-key", "out-pub");
        Files.MustDiffer(options, "out-key", "out-pub");
        var key = HostKeyPair.Generate(Values.CurveOf(options));
        Files.MustBeNew("key", keyPath);
        Files.MustBeNew("public key", publicPath);

        await Files.WriteNewAsync(keyPath, key.ExportPem());
        await Files.WriteNewAsync(publicPath, key.PublicKey.ToPem());
        return 0;
    }
}

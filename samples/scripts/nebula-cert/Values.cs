using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace NebulaCert;

/// <summary>Values that several modes take.</summary>
internal static class Values
{
    public static readonly Flag Curve = new("curve", "Optional: curve of the keys (25519, P256)", "25519");

    public static NebulaCurve CurveOf(Options options) =>
        options.Text("curve") switch
        {
            "25519" or "X25519" or "Curve25519" or "CURVE25519" => NebulaCurve.Curve25519,
            "P256" => NebulaCurve.P256,
            var other => throw new UsageException($"invalid curve: {other}"),
        };

    /// <summary>The version asked for; null for 0, which leaves the choice open.</summary>
    public static CertificateVersion? VersionOf(Options options) =>
        options.Number("version") switch
        {
            0 => null,
            1 => CertificateVersion.V1,
            2 => CertificateVersion.V2,
            _ => throw new UsageException("-version must be either 1 or 2"),
        };

    /// <summary>Networks of a flag, or of its name in older releases.</summary>
    public static NebulaPrefix[] Networks(Options options, string name, string deprecatedName)
    {
        var given = options.List(name);
        return
        [
            .. (given.Length > 0 ? given : options.List(deprecatedName)).Select(text =>
                NebulaPrefix.TryParse(text, out var network)
                    ? network
                    : throw new UsageException($"invalid -{name} definition: {text}")
            ),
        ];
    }

    /// <summary>QR codes are the one thing of nebula-cert that is left out.</summary>
    public static void NoQrCode(Options options)
    {
        if (options.Text("out-qr").Length > 0)
        {
            throw new UsageException("-out-qr is not supported");
        }
    }
}

using System.Globalization;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// Certificates as <c>nebula-cert print -json</c> 1.11 prints them, byte for byte: one array, keys sorted, v1 with <c>[]</c> and v2 with
/// <c>null</c> for nothing.
/// </summary>
public static class CertificateJson
{
    /// <summary>Writes the array, without a final newline.</summary>
    /// <param name="certificates">In the order to print.</param>
    /// <param name="zone">Zone of the printed times; null for UTC. nebula-cert uses the machine's.</param>
    public static string Write(IEnumerable<NebulaCertificate> certificates, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        return $"[{string.Join(',', certificates.Select(c => Certificate(c, zone ?? TimeZoneInfo.Utc)))}]";
    }

    private static string Certificate(NebulaCertificate certificate, TimeZoneInfo zone)
    {
        var isV1 = certificate.Version == CertificateVersion.V1;
        (string, string)[] key =
        [
            ("curve", GoJson.Text(certificate.Curve == NebulaCurve.P256 ? "P256" : "CURVE25519")),
            ("publicKey", GoJson.Hex(certificate.PublicKey.Span)),
        ];
        (string, string)[] details =
        [
            ("name", GoJson.Text(certificate.Name)),
            ("networks", List(isV1, certificate.Networks.Select(n => n.ToString()))),
            ("unsafeNetworks", List(isV1, certificate.UnsafeNetworks.Select(n => n.ToString()))),
            ("groups", List(isV1, certificate.Groups)),
            ("notBefore", Time(certificate.NotBefore, zone)),
            ("notAfter", Time(certificate.NotAfter, zone)),
            ("isCa", certificate.IsCa ? "true" : "false"),
            ("issuer", GoJson.Text(certificate.Issuer)),
        ];
        return GoJson.Object([
            ("details", GoJson.Object(isV1 ? [.. details, .. key] : details)),
            ("fingerprint", GoJson.Text(certificate.Fingerprint)),
            ("signature", GoJson.Hex(certificate.Signature.Span)),
            ("version", certificate.Version.ToString("D")),
            .. isV1 ? [] : key,
        ]);
    }

    private static string List(bool isV1, IEnumerable<string> items)
    {
        var texts = items.Select(GoJson.Text).ToList();
        return texts.Count == 0 && !isV1 ? "null" : $"[{string.Join(',', texts)}]";
    }

    private static string Time(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        var format = local.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ss'Z'" : "yyyy-MM-ddTHH:mm:sszzz";
        return GoJson.Text(local.ToString(format, CultureInfo.InvariantCulture));
    }
}

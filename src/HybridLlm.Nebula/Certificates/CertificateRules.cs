using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// What a certificate may say. Reading follows nebula's rules (<c>cert_v1.go</c>, <c>cert_v2.go</c>: validate). Signing adds what
/// nebula lets through to somebody's later surprise.
/// </summary>
internal static class CertificateRules
{
    public static void ThrowIfUnreadable(ToBeSignedCertificate body)
    {
        if (OfReader(body).FirstOrDefault() is { } fault)
        {
            throw new NebulaFormatException(fault.Code, fault.Message, fault.Remedy);
        }
    }

    /// <summary>Every reason not to sign <paramref name="body"/>, whoever signs.</summary>
    public static IEnumerable<NebulaFault> OfSigner(ToBeSignedCertificate body) =>
        [.. OfReader(body), .. Name(body), .. Groups(body), .. Life(body), .. SingleNetwork(body), .. Key(body)];

    private static IEnumerable<NebulaFault> OfReader(ToBeSignedCertificate body) =>
        [.. HasKey(body), .. Networks(body), .. UnsafeNetworks(body), .. Duplicates(body)];

    private static IEnumerable<NebulaFault> HasKey(ToBeSignedCertificate body)
    {
        if (body.PublicKey.IsEmpty)
        {
            yield return new(
                "certificate-no-key",
                $"The certificate of '{body.Name}' has no public key.",
                "Give the public key the certificate is for."
            );
        }
    }

    private static IEnumerable<NebulaFault> Networks(ToBeSignedCertificate body)
    {
        if (!body.IsCa && body.Networks.Count == 0)
        {
            yield return new(
                "certificate-no-network",
                $"The host '{body.Name}' has no network.",
                "Give it at least one address with a prefix length."
            );
        }

        foreach (var network in body.Networks)
        {
            if (body.Version == CertificateVersion.V1 && network.IsIPv6)
            {
                yield return OnlyIPv4(network);
            }

            if (network.AddressBits == 0)
            {
                yield return new(
                    "certificate-zero-address",
                    $"{network} is no address of a host, nor a limit for an authority.",
                    "Use an address of the mesh; an authority without limits has no networks at all."
                );
            }

            if (network.IsIPv6 && network.Address.IsIPv4MappedToIPv6)
            {
                yield return new(
                    "certificate-mapped-address",
                    $"{network} is an IPv4 address in IPv6 clothes.",
                    "Write it as IPv4."
                );
            }
        }
    }

    private static IEnumerable<NebulaFault> UnsafeNetworks(ToBeSignedCertificate body)
    {
        foreach (var network in body.UnsafeNetworks)
        {
            if (body.Version == CertificateVersion.V1 && network.IsIPv6)
            {
                yield return OnlyIPv4(network);
            }
            else if (
                body.Version == CertificateVersion.V2
                && !body.IsCa
                && !body.Networks.Any(n => n.IsIPv6 == network.IsIPv6)
            )
            {
                var family = network.IsIPv6 ? "IPv6" : "IPv4";
                yield return new(
                    "certificate-unsafe-family",
                    $"'{body.Name}' routes for {network} but has no {family} address in the mesh.",
                    $"Give it an {family} network too."
                );
            }
        }
    }

    private static IEnumerable<NebulaFault> Duplicates(ToBeSignedCertificate body)
    {
        // v1 keeps duplicates; it signs the list as given.
        if (body.Version == CertificateVersion.V1)
        {
            return [];
        }

        return new[] { body.Networks, body.UnsafeNetworks }
            .SelectMany(list => list.GroupBy(n => n).Where(g => g.Count() > 1))
            .Select(g => new NebulaFault(
                "certificate-duplicate-network",
                $"{g.Key} is listed {g.Count()} times.",
                "List each network once."
            ));
    }

    private static IEnumerable<NebulaFault> Name(ToBeSignedCertificate body)
    {
        var length = GoText.ToUtf8(body.Name).Length;
        if (length is 0 or > CertificateV2Format.MaxNameLength)
        {
            yield return new(
                "certificate-name-length",
                $"The name has {length} bytes of UTF-8, not 1..{CertificateV2Format.MaxNameLength}.",
                "Use a host name; nebula cannot read a longer one back."
            );
        }

        if (!GoText.IsValid(body.Name))
        {
            yield return new(
                "certificate-name-text",
                "The name is not valid Unicode.",
                "Remove the lone surrogate from it."
            );
        }
    }

    private static IEnumerable<NebulaFault> Groups(ToBeSignedCertificate body) =>
        body
            .Groups.Where(group => group.Length == 0 || !GoText.IsValid(group))
            .Select(group => new NebulaFault(
                "certificate-group-text",
                group.Length == 0 ? "A group is empty." : "A group is not valid Unicode.",
                "Leave the group out or name it."
            ));

    private static IEnumerable<NebulaFault> Life(ToBeSignedCertificate body)
    {
        if (body.NotAfter.ToUnixTimeSeconds() < body.NotBefore.ToUnixTimeSeconds())
        {
            yield return new(
                "certificate-life",
                $"The certificate of '{body.Name}' would end ({body.NotAfter:u}) before it begins ({body.NotBefore:u}).",
                "Give a later end."
            );
        }
    }

    private static IEnumerable<NebulaFault> SingleNetwork(ToBeSignedCertificate body)
    {
        if (body is { Version: CertificateVersion.V1, IsCa: false, Networks.Count: > 1 })
        {
            yield return new(
                "certificate-v1-networks",
                $"'{body.Name}' has {body.Networks.Count} networks; a v1 certificate means only the first.",
                "Use one IPv4 network, or a v2 certificate."
            );
        }
    }

    private static IEnumerable<NebulaFault> Key(ToBeSignedCertificate body)
    {
        if (body.PublicKey.IsEmpty)
        {
            return [];
        }

        try
        {
            _ = body.IsCa
                ? CaPublicKey.FromBytes(body.Curve, body.PublicKey.Span).Curve
                : HostPublicKey.FromBytes(body.Curve, body.PublicKey.Span).Curve;
            return [];
        }
        catch (NebulaFormatException e)
        {
            return [new NebulaFault(e.Code, $"The public key of '{body.Name}' is not usable.", e.Remedy)];
        }
    }

    private static NebulaFault OnlyIPv4(NebulaPrefix network) =>
        new("certificate-v1-ipv6", $"{network} is IPv6; a v1 certificate holds IPv4 only.", "Use a v2 certificate.");
}

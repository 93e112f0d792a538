namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// The strict mode: a certificate must be byte for byte what this library writes for its fields. One rule covers unknown
/// fields, odd encodings, unsorted networks, trailing bytes and names that are not UTF-8.
/// </summary>
internal static class StrictReading
{
    public static void Check(NebulaCertificate certificate, ReadOnlySpan<byte> encoded)
    {
        var format = CertificateFormat.Of(certificate.Version);
        var body = certificate.Body;
        var canonical = format.Encode(format.EncodeDetails(body), body, certificate.Signature.ToArray());
        List<NebulaFault> faults = [.. CertificateRules.OfSigner(body)];
        if (!encoded.SequenceEqual(canonical))
        {
            faults.Add(
                new NebulaFault(
                    "certificate-not-canonical",
                    $"The certificate of '{certificate.Name}' is not encoded canonically.",
                    "Let its authority sign it again with a current nebula-cert or this library."
                )
            );
        }

        if (faults.Count > 0)
        {
            throw new NebulaFormatException(faults[0].Code, faults[0].Message, faults[0].Remedy);
        }
    }
}

namespace HybridLlm.Nebula.Certificates;

/// <summary>How much a reader forgives.</summary>
public enum CertificateReading
{
    /// <summary>As nebula reads: odd encodings, unknown fields and text around the PEM blocks are accepted.</summary>
    Lenient,

    /// <summary>
    /// Only what this library would have written itself: the canonical bytes, a valid name, valid groups, and nothing but white
    /// space around the PEM blocks.
    /// </summary>
    Strict,
}

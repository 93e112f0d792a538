using System.Buffers.Binary;
using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Rotation;

/// <summary>
/// When to renew: after a fraction of a certificate's life, spread so that hosts issued together do not all come at once. The
/// spread is taken from the certificate's fingerprint, so the answer is always the same.
/// </summary>
public sealed record RenewalPolicy
{
    /// <summary>Fraction of its life after which a certificate is due, above 0 and below 1.</summary>
    public double Fraction { get; init; } = 2.0 / 3;

    /// <summary>How far due times spread around that, as a fraction of the life; 0 for not at all.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>When a certificate is due; never after its end.</summary>
    public DateTimeOffset DueAt(NebulaCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var digest = BinaryPrimitives.ReadUInt32BigEndian(Convert.FromHexString(certificate.Fingerprint));
        var spread = ((digest / (double)uint.MaxValue) - 0.5) * Jitter;
        var life = certificate.NotAfter - certificate.NotBefore;
        return certificate.NotBefore + (life * Math.Clamp(Fraction + spread, 0, 1));
    }

    /// <summary>Whether a certificate is due at <paramref name="now"/>.</summary>
    public bool IsDue(NebulaCertificate certificate, DateTimeOffset now) => DueAt(certificate) <= now;
}

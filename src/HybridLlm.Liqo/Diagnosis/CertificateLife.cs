using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>
/// A certificate by which a consumer enters a provider. Liqo asks for the next one after two thirds of its life, by itself, as long as
/// the provider answers.
/// </summary>
public sealed record CertificateLife
{
    private CertificateLife() { }

    /// <summary>Name of the Identity that holds it.</summary>
    public required string Identity { get; init; }

    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The slice it is for; null for the peering itself.</summary>
    public required string? SliceName { get; init; }

    /// <summary>Begin of its validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>End of its validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>When Liqo is to renew it: after two thirds of its life.</summary>
    public DateTimeOffset RenewsAt => NotBefore + ((NotAfter - NotBefore) * 2 / 3);

    /// <summary>How it stands.</summary>
    /// <param name="now">The time it is judged at.</param>
    public CertificateState At(DateTimeOffset now) =>
        now >= NotAfter ? CertificateState.Expired
        : now >= RenewsAt + s_slack ? CertificateState.Overdue
        : CertificateState.Valid;

    // Liqo looks now and then, not at the second.
    private static readonly TimeSpan s_slack = TimeSpan.FromHours(1);

    /// <summary>Null when the Identity holds none yet.</summary>
    internal static CertificateLife? Of(Identity identity) =>
        IssuedCertificate.Read(identity.Spec?.AuthParams?.SignedCertificate) is { } issued
            ? new CertificateLife
            {
                Identity = identity.Name,
                ProviderId = identity.Spec?.ClusterId ?? "",
                SliceName = identity.Label(LiqoNames.SliceLabel),
                NotBefore = issued.NotBefore,
                NotAfter = issued.NotAfter,
            }
            : null;
}

/// <summary>How a certificate stands.</summary>
public enum CertificateState
{
    /// <summary>Nothing need be done.</summary>
    Valid,

    /// <summary>
    /// Liqo should have renewed it and has not: the provider does not answer, or its controllers do not run.
    /// </summary>
    Overdue,

    /// <summary>It opens nothing any more: authenticate again.</summary>
    Expired,
}

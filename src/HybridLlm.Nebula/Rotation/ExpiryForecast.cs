using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Rotation;

/// <summary>How urgent a certificate is.</summary>
public enum ExpiryUrgency
{
    /// <summary>Nothing to do within the horizon.</summary>
    Fine,

    /// <summary>It becomes due within the horizon.</summary>
    Soon,

    /// <summary>It is due now.</summary>
    Due,

    /// <summary>It has ended.</summary>
    Expired,
}

/// <summary>A certificate's future.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="DueAt">When to renew it; for an authority, when to begin rotating it.</param>
/// <param name="Urgency">How urgent that is.</param>
/// <param name="Advice">What to do, one sentence.</param>
public sealed record ExpiryOutlook(
    NebulaCertificate Certificate,
    DateTimeOffset DueAt,
    ExpiryUrgency Urgency,
    string Advice
);

/// <summary>What ends when. Meshes die on the day their authority does, silently; this says so before. Pure.</summary>
public static class ExpiryForecast
{
    /// <summary>Looks at hosts and authorities together; most urgent first.</summary>
    /// <param name="certificates">Certificates of either kind.</param>
    /// <param name="policy">When hosts are due.</param>
    /// <param name="now">Now.</param>
    /// <param name="horizon">How far to look ahead.</param>
    public static IReadOnlyList<ExpiryOutlook> Of(
        IEnumerable<NebulaCertificate> certificates,
        RenewalPolicy policy,
        DateTimeOffset now,
        TimeSpan horizon
    )
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(policy);
        return
        [
            .. certificates
                .Select(c => Look(c, policy, now, horizon))
                .OrderByDescending(o => o.Urgency)
                .ThenBy(o => o.DueAt)
                .ThenBy(o => o.Certificate.Name, StringComparer.Ordinal),
        ];
    }

    private static ExpiryOutlook Look(
        NebulaCertificate certificate,
        RenewalPolicy policy,
        DateTimeOffset now,
        TimeSpan horizon
    )
    {
        var dueAt = policy.DueAt(certificate);
        var urgency =
            certificate.NotAfter < now ? ExpiryUrgency.Expired
            : dueAt <= now ? ExpiryUrgency.Due
            : dueAt <= now + horizon ? ExpiryUrgency.Soon
            : ExpiryUrgency.Fine;
        return new ExpiryOutlook(certificate, dueAt, urgency, Advice(certificate, urgency));
    }

    private static string Advice(NebulaCertificate certificate, ExpiryUrgency urgency) =>
        (certificate.IsCa, urgency) switch
        {
            (_, ExpiryUrgency.Fine) => $"'{certificate.Name}' lives until {certificate.NotAfter:u}.",
            (true, ExpiryUrgency.Expired) =>
                $"The authority '{certificate.Name}' ended {certificate.NotAfter:u}: no node accepts another. Install a new one and new certificates on every node.",
            (true, _) =>
                $"Rotate the authority '{certificate.Name}' before {certificate.NotAfter:u}; everything it signed ends with it.",
            (false, ExpiryUrgency.Expired) =>
                $"'{certificate.Name}' ended {certificate.NotAfter:u}: its peers have dropped it. Issue it again and reload it.",
            (false, _) => $"Renew '{certificate.Name}' before {certificate.NotAfter:u} and reload it.",
        };
}

using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Rotation;

/// <summary>Renews the certificate of a bundle in place: same key, same fields, new times; the file is replaced atomically.</summary>
public static class BundleRenewal
{
    /// <summary>Renews <c>host.crt</c> in a folder if it is due. Nebula then needs a reload (SIGHUP).</summary>
    /// <param name="folder">Folder with the bundle.</param>
    /// <param name="authority">Who signs.</param>
    /// <param name="policy">When it is due.</param>
    /// <param name="life">Life of the new certificate; cut at the authority's end.</param>
    /// <param name="time">Tells now.</param>
    /// <param name="cancellationToken">Stops before the file is touched.</param>
    /// <returns>The new certificates; empty when none was due.</returns>
    /// <exception cref="NebulaException">The file is malformed, or the authority may not sign it.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static async Task<IReadOnlyList<NebulaCertificate>> RenewAsync(
        string folder,
        CertificateAuthority authority,
        RenewalPolicy policy,
        TimeSpan life,
        TimeProvider time,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(time);
        var path = Path.Combine(folder, BundleFile.CertificateName);
        var pem = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        var certificates = NebulaCertificate.ParseBundle(pem);
        var now = time.GetUtcNow();
        if (!certificates.Any(c => policy.IsDue(c, now)))
        {
            return [];
        }

        // A v1 and a v2 certificate of one host are renewed together, or their lives drift apart.
        List<NebulaCertificate> renewed = [];
        foreach (var certificate in certificates)
        {
            renewed.Add(await RenewAsync(certificate, authority, life, now, cancellationToken).ConfigureAwait(false));
        }

        BundleFile file = new(BundleFile.CertificateName, string.Concat(renewed.Select(c => c.ToPem())));
        await BundleWriter.WriteAsync(folder, [file], ExistingFiles.Replace, cancellationToken).ConfigureAwait(false);
        return renewed;
    }

    /// <summary>Signs a certificate again for the same key, with new times.</summary>
    /// <param name="certificate">The certificate now.</param>
    /// <param name="authority">Who signs; may be another than before.</param>
    /// <param name="life">Life of the new one; cut at the authority's end.</param>
    /// <param name="now">Its beginning.</param>
    /// <param name="cancellationToken">Gives up waiting for the signature.</param>
    /// <exception cref="NebulaValidationException">The authority may not sign it.</exception>
    public static Task<NebulaCertificate> RenewAsync(
        NebulaCertificate certificate,
        CertificateAuthority authority,
        TimeSpan life,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authority);
        var last = authority.Certificate.NotAfter.AddSeconds(-1);
        var body = certificate.Body with { NotBefore = now, NotAfter = now + life < last ? now + life : last };
        return authority.SignAsync(body, cancellationToken);
    }
}

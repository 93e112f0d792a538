using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Configuration;

/// <summary>What the <c>pki</c> section points to, and when: the facts a configuration is checked against.</summary>
public sealed class PkiMaterial
{
    /// <summary>Gathers texts that were read already.</summary>
    /// <param name="ca">Text of <c>pki.ca</c>; null when it cannot be read.</param>
    /// <param name="certificate">Text of <c>pki.cert</c>; null when it cannot be read.</param>
    /// <param name="key">Text of <c>pki.key</c>; null when it cannot be read.</param>
    /// <param name="now">The instant certificates must be valid at.</param>
    public PkiMaterial(string? ca, string? certificate, string? key, DateTimeOffset now)
    {
        Ca = ca;
        Certificate = certificate;
        Key = key;
        Now = now;
    }

    /// <summary>Certificates of the trusted authorities; null when unreadable.</summary>
    public string? Ca { get; }

    /// <summary>The host's certificates; null when unreadable.</summary>
    public string? Certificate { get; }

    /// <summary>The instant certificates must be valid at.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The host's key, a secret; null when unreadable.</summary>
    internal string? Key { get; }

    /// <summary>Reads the files a <c>pki</c> section names, or takes what it inlines.</summary>
    /// <param name="pki">The section.</param>
    /// <param name="folder">Relative paths start here; null for the current folder, as nebula does.</param>
    /// <param name="now">The instant certificates must be valid at.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<PkiMaterial> ReadAsync(
        PkiConfig pki,
        string? folder,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(pki);
        return new PkiMaterial(
            await ReadAsync(pki.Ca, folder, cancellationToken).ConfigureAwait(false),
            await ReadAsync(pki.Certificate, folder, cancellationToken).ConfigureAwait(false),
            await ReadAsync(pki.Key, folder, cancellationToken).ConfigureAwait(false),
            now
        );
    }

    private static async Task<string?> ReadAsync(string? pathOrPem, string? folder, CancellationToken cancellationToken)
    {
        if (PkiConfig.IsInline(pathOrPem))
        {
            return pathOrPem;
        }

        try
        {
            var path = Path.Combine(folder ?? "", pathOrPem ?? "");
            // Bytes as they are: with a byte order mark before its block a file holds none, for nebula.
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
            return GoText.FromUtf8(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

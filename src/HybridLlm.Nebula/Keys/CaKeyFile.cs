namespace HybridLlm.Nebula.Keys;

/// <summary>
/// Signs with a certificate authority's key file. The private key is read for each signature and not kept, so that it is in
/// memory only while it is used.
/// </summary>
public sealed class CaKeyFile : INebulaSigner
{
    private readonly string _path;

    private CaKeyFile(string path, CaPublicKey publicKey)
    {
        _path = path;
        PublicKey = publicKey;
    }

    /// <inheritdoc/>
    public CaPublicKey PublicKey { get; }

    /// <summary>Opens the key file once to learn its public key.</summary>
    /// <param name="path">An unencrypted <c>ca.key</c>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="NebulaFormatException">The file holds no such key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<CaKeyFile> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var key = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return new CaKeyFile(path, key.PublicKey);
    }

    /// <inheritdoc/>
    /// <exception cref="NebulaException">The file now holds no key, or another one.</exception>
    public async ValueTask<byte[]> SignAsync(
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken = default
    )
    {
        var key = await ReadAsync(_path, cancellationToken).ConfigureAwait(false);
        return key.PublicKey.Equals(PublicKey)
            ? await key.SignAsync(message, cancellationToken).ConfigureAwait(false)
            : throw new NebulaException(
                new NebulaFault(
                    "key-changed",
                    $"{_path} holds another key than when it was opened.",
                    "Open the key file again, with the certificate that belongs to it."
                )
            );
    }

    private static async Task<CaKeyPair> ReadAsync(string path, CancellationToken cancellationToken) =>
        CaKeyPair.ParsePem(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false));
}

using System.Security.Cryptography;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// Fills an artifact folder from upstream: downloads, checks each file against its publisher's list of hashes and your pin, and writes the catalogue.
/// What is there with the right hash is not fetched again, and what nobody publishes as a file is taken from the folder. A folder filled elsewhere,
/// and carried in, is as good: nothing else reads the internet.
/// </summary>
public sealed class ArtifactDownloader
{
    private const int LongestList = 1024 * 1024;
    private readonly HttpClient _http;

    /// <summary>Keeps the client; the caller disposes it.</summary>
    /// <param name="http">What downloads; its timeout bounds each file.</param>
    public ArtifactDownloader(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
    }

    /// <summary>Downloads what is missing and writes <see cref="ArtifactCatalogue.FileName"/>; nothing unchecked is ever left in the folder.</summary>
    /// <param name="folder">The folder; made when it is missing.</param>
    /// <param name="wanted">The artifacts, each name once.</param>
    /// <param name="cancellationToken">Stops between and within files.</param>
    /// <returns>The catalogue of the folder.</returns>
    /// <exception cref="ArtifactCatalogueException">
    /// A file is not what its publisher or the pin says, cannot be fetched, or is to be put there and is not; every fault is named.
    /// </exception>
    public async Task<ArtifactCatalogue> FillAsync(
        string folder,
        IReadOnlyList<UpstreamArtifact> wanted,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(wanted);
        Directory.CreateDirectory(folder);
        var pinned = await ArtifactCatalogue.ReadPinsAsync(folder, cancellationToken).ConfigureAwait(false);
        List<string> faults = [];
        List<Artifact> artifacts = [];
        foreach (var artifact in wanted)
        {
            try
            {
                artifacts.Add(
                    artifact.Url is { } url
                        ? await FetchAsync(folder, artifact, url, cancellationToken).ConfigureAwait(false)
                        : await TakeAsync(folder, artifact, pinned, cancellationToken).ConfigureAwait(false)
                );
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or FormatException)
            {
                faults.Add($"{artifact.Name}: {fault.Message}");
            }
        }

        if (faults.Count > 0)
        {
            throw new ArtifactCatalogueException(folder, faults);
        }

        await ArtifactCatalogue.WriteAsync(folder, artifacts, cancellationToken).ConfigureAwait(false);
        return await ArtifactCatalogue.ReadAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a file somebody has put there. Its hash is what was pinned; the first one seen of a version is the pin of all later ones.</summary>
    private static async Task<Artifact> TakeAsync(
        string folder,
        UpstreamArtifact artifact,
        IReadOnlyList<Artifact> pinned,
        CancellationToken cancellationToken
    )
    {
        var path = Path.Combine(folder, artifact.Name);
        if (!File.Exists(path))
        {
            throw new FormatException($"put it into the folder: {artifact.How ?? "nobody publishes it as a file"}");
        }

        var pin =
            artifact.Sha256
            ?? pinned.FirstOrDefault(p => p.Name == artifact.Name && p.Version == artifact.Version)?.Sha256;
        var found = await HashAsync(path, cancellationToken).ConfigureAwait(false);
        return pin is null || pin == found
            ? Pinned(artifact, path, found)
            : throw new FormatException(
                $"it has sha256 {found}, {artifact.Version} was pinned as {pin}; give a new version or pin if the change is yours"
            );
    }

    private async Task<Artifact> FetchAsync(
        string folder,
        UpstreamArtifact artifact,
        Uri url,
        CancellationToken cancellationToken
    )
    {
        var expected = await ExpectedAsync(artifact, url, cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(folder, artifact.Name);
        if (!File.Exists(path) || await HashAsync(path, cancellationToken).ConfigureAwait(false) != expected)
        {
            var part = path + ".part";
            await DownloadAsync(url, part, cancellationToken).ConfigureAwait(false);
            var found = await HashAsync(part, cancellationToken).ConfigureAwait(false);
            if (found != expected)
            {
                File.Delete(part);
                throw new FormatException($"{url} has sha256 {found}, must have {expected}");
            }

            File.Move(part, path, overwrite: true);
        }

        return Pinned(artifact, path, expected);
    }

    private static Artifact Pinned(UpstreamArtifact artifact, string path, string sha256) =>
        new()
        {
            Name = artifact.Name,
            Version = artifact.Version,
            Size = new FileInfo(path).Length,
            Sha256 = sha256,
            Kind = artifact.Kind,
            Path = artifact.Path,
        };

    private async Task<string> ExpectedAsync(
        UpstreamArtifact artifact,
        Uri download,
        CancellationToken cancellationToken
    )
    {
        if (artifact.ChecksumsUrl is not { } url)
        {
            return artifact.Sha256 ?? throw new FormatException("its publisher lists no hash, so Sha256 must be given");
        }

        var name = artifact.ChecksumName ?? download.Segments[^1];
        var list = await _http.GetStringAsync(url, cancellationToken).ConfigureAwait(false);
        var listed =
            list.Length <= LongestList && HashIn(list, name) is { } hash
                ? hash
                : throw new FormatException($"{url} lists no hash of {name}");
        return artifact.Sha256 is null || artifact.Sha256 == listed
            ? listed
            : throw new FormatException($"{url} says sha256 {listed}, the pin is {artifact.Sha256}");
    }

    /// <summary>The hash of a name in <c>sha256sum</c>'s lines: hash, space, space or star, name.</summary>
    internal static string? HashIn(string list, string name) =>
        list.Split('\n')
            .Select(line => line.TrimEnd('\r').Split(' ', 2))
            .Where(parts => parts.Length == 2 && parts[0].Length == 64 && parts[1].TrimStart(' ', '*') == name)
            .Select(parts => parts[0].ToLowerInvariant())
            .FirstOrDefault();

    private async Task DownloadAsync(Uri url, string path, CancellationToken cancellationToken)
    {
        using var content = await _http.GetStreamAsync(url, cancellationToken).ConfigureAwait(false);
        using var file = File.Create(path);
        await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}

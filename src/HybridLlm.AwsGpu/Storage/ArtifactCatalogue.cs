using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// What nodes install, all of it from the cluster's own bucket: a folder of files with a <c>catalogue.json</c> that pins
/// the hash of each, <c>{"artifacts":[{"name","version","size","sha256","kind","path"}]}</c>.
/// </summary>
public sealed partial class ArtifactCatalogue
{
    /// <summary>Name of the file that describes the folder.</summary>
    public const string FileName = "catalogue.json";

    private readonly string _folder;

    private ArtifactCatalogue(string folder, IReadOnlyList<Artifact> artifacts)
    {
        _folder = folder;
        Artifacts = artifacts;
    }

    /// <summary>Every artifact, in the catalogue's order.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; }

    /// <summary>Size of all artifacts, bytes.</summary>
    public long TotalSize => Artifacts.Sum(a => a.Size);

    /// <summary>Reads a folder and checks every file against its pinned size and hash.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="ArtifactCatalogueException">The catalogue is missing or malformed, or a file is not what it says.</exception>
    public static async Task<ArtifactCatalogue> ReadAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var artifacts = await ReadFileAsync(folder, cancellationToken).ConfigureAwait(false);
        List<string> faults = [.. artifacts.SelectMany(FormFaults), .. Duplicates(artifacts)];
        if (faults.Count == 0)
        {
            foreach (var artifact in artifacts)
            {
                faults.AddRange(await ContentFaultsAsync(folder, artifact, cancellationToken).ConfigureAwait(false));
            }
        }

        return faults.Count == 0
            ? new ArtifactCatalogue(folder, artifacts)
            : throw new ArtifactCatalogueException(folder, faults);
    }

    /// <summary>What a folder's catalogue pins, unchecked; empty without a catalogue.</summary>
    internal static async Task<IReadOnlyList<Artifact>> ReadPinsAsync(
        string folder,
        CancellationToken cancellationToken
    ) =>
        File.Exists(Path.Combine(folder, FileName))
            ? await ReadFileAsync(folder, cancellationToken).ConfigureAwait(false)
            : [];

    /// <summary>Writes a folder's catalogue, in one step, so that a reader never finds half of it.</summary>
    internal static async Task WriteAsync(
        string folder,
        IReadOnlyList<Artifact> artifacts,
        CancellationToken cancellationToken
    )
    {
        var path = Path.Combine(folder, FileName);
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new CatalogueDocument(artifacts),
            CatalogueJson.Default.CatalogueDocument
        );
        await File.WriteAllBytesAsync(path + ".part", json, cancellationToken).ConfigureAwait(false);
        File.Move(path + ".part", path, overwrite: true);
    }

    internal FileStream Open(Artifact artifact) => File.OpenRead(Path.Combine(_folder, artifact.Name));

    private static async Task<IReadOnlyList<Artifact>> ReadFileAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(folder, FileName));
            var document = await JsonSerializer
                .DeserializeAsync(stream, CatalogueJson.Default.CatalogueDocument, cancellationToken)
                .ConfigureAwait(false);
            return document?.Artifacts ?? [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ArtifactCatalogueException(folder, [$"{FileName}: {unreadable.Message}"], unreadable);
        }
    }

    private static IEnumerable<string> FormFaults(Artifact artifact)
    {
        if (!FileNameForm().IsMatch(artifact.Name) || artifact.Name == FileName)
        {
            yield return $"'{artifact.Name}' is no artifact name: letters, digits and ._+-, a letter or digit first";
        }

        if (!Sha256Form().IsMatch(artifact.Sha256))
        {
            yield return $"{artifact.Name}: sha256 '{artifact.Sha256}' is not 64 lower-case hexadecimal digits";
        }

        if (!artifact.Path.StartsWith('/') || artifact.Path.Split('/').Contains(".."))
        {
            yield return $"{artifact.Name}: path '{artifact.Path}' is not absolute";
        }
    }

    private static IEnumerable<string> Duplicates(IReadOnlyList<Artifact> artifacts) =>
        artifacts.GroupBy(a => a.Name).Where(g => g.Count() > 1).Select(g => $"{g.Key} is listed {g.Count()} times");

    private static async Task<IReadOnlyList<string>> ContentFaultsAsync(
        string folder,
        Artifact artifact,
        CancellationToken cancellationToken
    )
    {
        FileInfo file = new(Path.Combine(folder, artifact.Name));
        if (!file.Exists)
        {
            return [$"{artifact.Name} is not in the folder"];
        }

        if (file.Length != artifact.Size)
        {
            return [$"{artifact.Name} has {file.Length} bytes, the catalogue says {artifact.Size}"];
        }

        using var stream = file.OpenRead();
        var hash = Convert.ToHexStringLower(
            await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)
        );
        return hash == artifact.Sha256
            ? []
            : [$"{artifact.Name} has sha256 {hash}, the catalogue says {artifact.Sha256}"];
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}\\z")]
    private static partial Regex FileNameForm();

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Sha256Form();

    private sealed record CatalogueDocument(IReadOnlyList<Artifact> Artifacts);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true
    )]
    [JsonSerializable(typeof(CatalogueDocument))]
    private sealed partial class CatalogueJson : JsonSerializerContext;
}

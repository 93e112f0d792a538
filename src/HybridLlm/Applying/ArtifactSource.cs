using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>
/// What nodes install: a folder that is there, or one that <see cref="FetchAsync"/> fills from upstream. Checking gigabytes against their hashes
/// takes its time, so it is read once.
/// </summary>
internal sealed class ArtifactSource(ClusterContext context)
{
    private ArtifactCatalogue? _catalogue;

    /// <summary>The catalogue, once it has been read without a fault.</summary>
    public ArtifactCatalogue Catalogue => _catalogue!;

    /// <summary>Downloads what is missing from upstream, each file checked against its publisher's hash and the pin; nothing without an upstream.</summary>
    /// <exception cref="HybridClusterFaultsException">A file cannot be had or is not what it should be; every one is named.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (context.Artifacts is not { Folder: { } folder, Upstream: { } wanted })
        {
            return;
        }

        using HttpClient? own = context.Artifacts.Http is null ? new() { Timeout = Timeout.InfiniteTimeSpan } : null;
        context.Events.Publish(
            ClusterEventKind.Progress,
            ClusterStages.Artifacts,
            $"{wanted.Count} artifacts are checked against upstream, and fetched where they are missing."
        );
        try
        {
            _catalogue = await new ArtifactDownloader(context.Artifacts.Http ?? own!)
                .FillAsync(folder, wanted, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ArtifactCatalogueException e)
        {
            throw new HybridClusterFaultsException([new("HL153", e.Message, e.Remedy)]);
        }
    }

    /// <summary>What the folder holds; what it will hold, by name and version, where it is still to be filled.</summary>
    /// <param name="faults">Told what is wrong with it.</param>
    /// <param name="isNeeded">Whether it must be there now.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    public async Task<IReadOnlyList<Artifact>> ReadAsync(
        List<SpecFault> faults,
        bool isNeeded,
        CancellationToken cancellationToken
    )
    {
        if (context.Artifacts.Folder is not { } folder)
        {
            faults.Add(
                new(
                    "HL152",
                    "No artifact folder is named, and nodes install nothing from the internet.",
                    "Call UseArtifacts with a folder that holds a catalogue.json; docs/operations.md lists what belongs into it."
                )
            );
            return [];
        }

        var artifacts =
            !isNeeded
            && _catalogue is null
            && context.Artifacts.Upstream is { } wanted
            && !File.Exists(Path.Combine(folder, ArtifactCatalogue.FileName))
                ? [.. wanted.Select(Promised)]
                : await ReadFolderAsync(folder, faults, cancellationToken).ConfigureAwait(false);
        if (artifacts is not null)
        {
            faults.AddRange(NodeArtifacts.Faults(artifacts, context.Spec.Model.Name, context.Federation is not null));
        }

        return artifacts ?? [];
    }

    private async Task<IReadOnlyList<Artifact>?> ReadFolderAsync(
        string folder,
        List<SpecFault> faults,
        CancellationToken cancellationToken
    )
    {
        try
        {
            _catalogue ??= await ArtifactCatalogue.ReadAsync(folder, cancellationToken).ConfigureAwait(false);
            return _catalogue.Artifacts;
        }
        catch (ArtifactCatalogueException e)
        {
            faults.Add(new("HL153", e.Message, e.Remedy));
            return null;
        }
    }

    private static Artifact Promised(UpstreamArtifact artifact) =>
        new()
        {
            Name = artifact.Name,
            Version = artifact.Version,
            Size = 0,
            Sha256 = artifact.Sha256 ?? "",
            Kind = artifact.Kind,
            Path = artifact.Path,
        };
}

/// <summary>Where artifacts come from.</summary>
/// <param name="Folder">The folder; null when none was named.</param>
/// <param name="Upstream">What it is filled with; null for a folder that is filled by hand.</param>
/// <param name="Http">What downloads; null takes a client of our own.</param>
internal sealed record ArtifactOrigin(
    string? Folder,
    IReadOnlyList<UpstreamArtifact>? Upstream = null,
    HttpClient? Http = null
);

using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>Copies an artifact catalogue into the cluster's bucket, once: what is there already is not sent again.</summary>
public sealed class ArtifactStager
{
    private readonly ObjectStore _store;
    private readonly ILogger<ArtifactStager> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="store">The cluster's bucket.</param>
    public ArtifactStager(AwsClients clients, ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _logger = clients.Logger<ArtifactStager>();
    }

    /// <summary>The artifacts the bucket lacks. Reads only.</summary>
    /// <param name="catalogue">What should be there.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<IReadOnlyList<Artifact>> ListMissingAsync(
        ArtifactCatalogue catalogue,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var sizes = await Task.WhenAll(
                catalogue.Artifacts.Select(a => _store.ReadSizeAsync(a.ObjectKey, cancellationToken))
            )
            .ConfigureAwait(false);
        return [.. catalogue.Artifacts.Zip(sizes).Where(a => a.Second is null).Select(a => a.First)];
    }

    /// <summary>Sends what is missing.</summary>
    /// <param name="catalogue">What should be there.</param>
    /// <param name="progress">Told each artifact when it has been sent; null tells nobody.</param>
    /// <param name="cancellationToken">Stops the transfer; the next call goes on with what is still missing.</param>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task StageAsync(
        ArtifactCatalogue catalogue,
        IProgress<Artifact>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var artifact in await ListMissingAsync(catalogue, cancellationToken).ConfigureAwait(false))
        {
            using var content = catalogue.Open(artifact);
            await _store.PutNewAsync(artifact.ObjectKey, content, cancellationToken).ConfigureAwait(false);
            Log.ArtifactStaged(_logger, artifact.Name, artifact.Version, _store.Bucket);
            progress?.Report(artifact);
        }
    }
}

using Amazon.S3;
using Amazon.S3.Model;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>The objects of one bucket.</summary>
public sealed class ObjectStore
{
    private const int MaxDeletedAtOnce = 1000;
    private readonly AwsClients _clients;
    private readonly string _region;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="region">Region of the bucket.</param>
    /// <param name="bucket">Name of the bucket.</param>
    public ObjectStore(AwsClients clients, string region, string bucket)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        _clients = clients;
        _region = region;
        Bucket = bucket;
    }

    /// <summary>Name of the bucket.</summary>
    public string Bucket { get; }

    private AmazonS3Client S3 => _clients.S3(_region);

    /// <summary>Writes an object, as a new version if the key exists.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer.</exception>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = new(content.ToArray(), writable: false);
        await PutAsync(S3, key, stream, onlyIfNew: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes an object unless the key exists.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="content">Its bytes, read from the current position; must be seekable, because a throttled call is repeated.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when the key exists; then nothing is written.</returns>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer.</exception>
    public async Task<bool> PutNewAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        try
        {
            await PutAsync(_clients.S3ForUploads(_region), key, content, onlyIfNew: true, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.Precondition)
        {
            return false;
        }
    }

    /// <summary>Size of the newest version of an object, bytes; null when there is none.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer.</exception>
    public async Task<long?> ReadSizeAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            GetObjectMetadataRequest request = new() { BucketName = Bucket, Key = key };
            var answer = await _clients
                .Caller.RepeatableAsync(S3.GetObjectMetadataAsync, request, cancellationToken)
                .ConfigureAwait(false);
            return answer.ContentLength;
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads an object of bounded size.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="maxBytes">Most bytes taken, 1 or more; whoever has a presigned URL may have written without bounds.</param>
    /// <param name="versionId">Version to read; null reads the newest.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The bytes; null when there is no such object.</returns>
    /// <exception cref="ObjectTooLargeException">The object has more bytes.</exception>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer.</exception>
    public async Task<byte[]?> GetAsync(
        string key,
        int maxBytes,
        string? versionId = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        try
        {
            return await _clients
                .Caller.RepeatableAsync(
                    (request, token) => DownloadAsync(request, maxBytes, token),
                    new GetObjectRequest
                    {
                        BucketName = Bucket,
                        Key = key,
                        VersionId = versionId,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return null;
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.Precondition)
        {
            // An empty object has no range at all.
            return [];
        }
    }

    /// <summary>Reads the version of an object that was written first, whatever was written over it later.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="maxBytes">Most bytes taken, 1 or more.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>The bytes; null when nothing was ever written.</returns>
    /// <exception cref="ObjectTooLargeException">The object has more bytes.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<byte[]?> GetFirstVersionAsync(
        string key,
        int maxBytes,
        CancellationToken cancellationToken = default
    )
    {
        var versions = await ListVersionsAsync(key, cancellationToken).ConfigureAwait(false);
        var first = versions.LastOrDefault(v => v.Key == key && !v.IsDeleteMarker);
        return first is null
            ? null
            : await GetAsync(key, maxBytes, first.VersionId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every version of every object under a prefix, by key, newest first within a key.</summary>
    /// <param name="prefix">Start of the keys; empty lists the whole bucket.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<IReadOnlyList<ObjectVersion>> ListVersionsAsync(
        string prefix,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(prefix);
        List<ObjectVersion> all = [];
        ListVersionsRequest request = new() { BucketName = Bucket, Prefix = prefix };
        ListVersionsResponse page;
        do
        {
            page = await _clients
                .Caller.RepeatableAsync(S3.ListVersionsAsync, request, cancellationToken)
                .ConfigureAwait(false);
            all.AddRange(
                (page.Versions ?? []).Select(v => new ObjectVersion
                {
                    Key = v.Key,
                    VersionId = v.VersionId,
                    Size = v.Size ?? 0,
                    IsDeleteMarker = v.IsDeleteMarker ?? false,
                })
            );
            request.KeyMarker = page.NextKeyMarker;
            request.VersionIdMarker = page.NextVersionIdMarker;
        } while (page.IsTruncated == true);

        return all;
    }

    /// <summary>Deletes every version of every object under a prefix; nothing can be brought back.</summary>
    /// <param name="prefix">Start of the keys; empty empties the bucket.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <returns>Versions and delete markers deleted.</returns>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public Task<int> DeleteAllVersionsAsync(string prefix, CancellationToken cancellationToken = default) =>
        DeleteVersionsAsync(prefix, _ => true, cancellationToken);

    internal async Task<int> DeleteVersionsAsync(
        string prefix,
        Func<string, bool> which,
        CancellationToken cancellationToken
    )
    {
        var listed = await ListVersionsAsync(prefix, cancellationToken).ConfigureAwait(false);
        List<ObjectVersion> versions = [.. listed.Where(v => which(v.Key))];
        foreach (var batch in versions.Chunk(MaxDeletedAtOnce))
        {
            DeleteObjectsRequest request = new()
            {
                BucketName = Bucket,
                Quiet = true,
                Objects = [.. batch.Select(v => new KeyVersion { Key = v.Key, VersionId = v.VersionId })],
            };
            await _clients
                .Caller.RepeatableAsync(S3.DeleteObjectsAsync, request, cancellationToken)
                .ConfigureAwait(false);
        }

        return versions.Count;
    }

    private async Task PutAsync(
        AmazonS3Client s3,
        string key,
        Stream content,
        bool onlyIfNew,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var start = content.Position;
        PutObjectRequest request = new()
        {
            BucketName = Bucket,
            Key = key,
            IfNoneMatch = onlyIfNew ? "*" : null,
            InputStream = content,
            AutoCloseStream = false,
            AutoResetStreamPosition = false,
        };
        await _clients
            .Caller.RepeatableAsync(
                (again, token) =>
                {
                    content.Position = start;
                    return s3.PutObjectAsync(again, token);
                },
                request,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<byte[]> DownloadAsync(
        GetObjectRequest request,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        // One byte more than allowed is asked for, so that "exactly as large" and "larger" can be told apart.
        request.ByteRange = new ByteRange(0, maxBytes);
        using var answer = await S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        var bytes = new byte[maxBytes + 1];
        var read = await answer
            .ResponseStream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        return read > maxBytes ? throw new ObjectTooLargeException(request.Key, maxBytes) : bytes[..read];
    }
}

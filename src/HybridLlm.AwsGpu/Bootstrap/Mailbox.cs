using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// The place in the cluster's bucket where a node without identity asks and the controller answers. Each wake has its own
/// objects and its own URLs; what they allow ends by itself.
/// </summary>
public sealed class Mailbox
{
    /// <summary>How long a node can write its request.</summary>
    public static readonly TimeSpan RequestLifetime = TimeSpan.FromMinutes(20);

    /// <summary>How long a node can look for its reply.</summary>
    public static readonly TimeSpan ReplyLifetime = TimeSpan.FromHours(1);

    private static readonly Dictionary<string, string> s_onlyIfNew = new() { ["If-None-Match"] = "*" };
    private static readonly Dictionary<string, string> s_nothing = [];

    private readonly ObjectStore _store;
    private readonly S3Presigner _presigner;
    private readonly string _region;

    /// <summary>The mailbox of a bucket.</summary>
    /// <param name="clients">Connection to AWS, whose credentials sign the URLs.</param>
    /// <param name="store">The cluster's bucket.</param>
    /// <param name="region">Region of the bucket.</param>
    public Mailbox(AwsClients clients, ObjectStore store, string region)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _store = store;
        _presigner = new S3Presigner(clients);
        _region = region;
    }

    /// <summary>Signs the URLs of a wake: PUTs that work once, since they demand that nothing is there, and a GET.</summary>
    /// <param name="wakeId">The wake.</param>
    /// <param name="cancellationToken">Stops the reading of credentials.</param>
    public async Task<MailboxUrls> OpenAsync(string wakeId, CancellationToken cancellationToken = default) =>
        new(
            await SignAsync(PresignVerb.Put, RequestKey(wakeId), RequestLifetime, cancellationToken)
                .ConfigureAwait(false),
            await SignAsync(PresignVerb.Get, ReplyKey(wakeId), ReplyLifetime, cancellationToken).ConfigureAwait(false),
            await SignAsync(PresignVerb.Put, ReportKey(wakeId), ReplyLifetime, cancellationToken).ConfigureAwait(false)
        );

    /// <summary>The request of a wake: the first one ever written, whatever was written over it.</summary>
    /// <param name="wakeId">The wake.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The request; null while there is none.</returns>
    /// <exception cref="EnrolmentRefusedException">What was written is no request.</exception>
    public async Task<NodeRequest?> ReadRequestAsync(string wakeId, CancellationToken cancellationToken = default)
    {
        try
        {
            var bytes = await _store
                .GetFirstVersionAsync(RequestKey(wakeId), NodeRequest.MaxBytes, cancellationToken)
                .ConfigureAwait(false);
            return bytes is null ? null : NodeRequest.Parse(bytes);
        }
        catch (Exception malformed) when (malformed is FormatException or ObjectTooLargeException)
        {
            throw EnrolmentRefusedException.Because(malformed.Message.TrimEnd('.'));
        }
    }

    /// <summary>Leaves the sealed reply.</summary>
    /// <param name="wakeId">The wake.</param>
    /// <param name="sealedReply">What <see cref="SealedReply.Seal"/> made.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task ReplyAsync(
        string wakeId,
        ReadOnlyMemory<byte> sealedReply,
        CancellationToken cancellationToken = default
    ) => _store.PutAsync(ReplyKey(wakeId), sealedReply, cancellationToken);

    /// <summary>How the node says its boot ended; null while it has said nothing. Whoever knows its user data can have said it.</summary>
    /// <param name="wakeId">The wake.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<NodeReport?> ReadReportAsync(string wakeId, CancellationToken cancellationToken = default)
    {
        try
        {
            var bytes = await _store
                .GetFirstVersionAsync(ReportKey(wakeId), NodeReport.MaxBytes, cancellationToken)
                .ConfigureAwait(false);
            return bytes is null ? null : NodeReport.Parse(bytes);
        }
        catch (ObjectTooLargeException)
        {
            return NodeReport.Malformed;
        }
    }

    /// <summary>Removes the objects of a wake with all their versions.</summary>
    /// <param name="wakeId">The wake.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public Task CloseAsync(string wakeId, CancellationToken cancellationToken = default) =>
        _store.DeleteAllVersionsAsync($"{ObjectKeys.Mailbox}{wakeId}/", cancellationToken);

    private Task<Uri> SignAsync(PresignVerb verb, string key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        PresignRequest request = new()
        {
            Verb = verb,
            Region = _region,
            Bucket = _store.Bucket,
            Key = key,
            Lifetime = lifetime,
            SignedHeaders = verb == PresignVerb.Put ? s_onlyIfNew : s_nothing,
        };
        return _presigner.PresignAsync(request, cancellationToken);
    }

    private static string RequestKey(string wakeId) => $"{ObjectKeys.Mailbox}{wakeId}/request";

    private static string ReplyKey(string wakeId) => $"{ObjectKeys.Mailbox}{wakeId}/reply";

    private static string ReportKey(string wakeId) => $"{ObjectKeys.Mailbox}{wakeId}/report";
}

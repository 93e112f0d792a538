using System.Text.Json;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Interruptions.Sources;

/// <summary>
/// Reads the word that a node's agent leaves. It is the fastest of the sources where no queue is set up; whoever knows the URLs can have written
/// it, which costs a replacement at most.
/// </summary>
public sealed class AgentMailbox
{
    private const int MaxBytes = 1024;
    private static readonly Dictionary<string, string> s_onlyIfNew = new() { ["If-None-Match"] = "*" };
    private readonly ObjectStore _store;
    private readonly S3Presigner _presigner;
    private readonly TimeProvider _time;
    private readonly string _region;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS, whose credentials sign the URLs.</param>
    /// <param name="store">The cluster's bucket.</param>
    /// <param name="region">Region of the bucket.</param>
    public AgentMailbox(AwsClients clients, ObjectStore store, string region)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _store = store;
        _presigner = new S3Presigner(clients);
        _time = clients.Time;
        _region = region;
    }

    /// <summary>Signs the URLs of a node.</summary>
    /// <param name="wakeId">The wake it was launched for.</param>
    /// <param name="lifetime">
    /// How long the node may live, up to 7 days. URLs signed by temporary credentials end with those, so with a role the other sources must serve
    /// for what comes later.
    /// </param>
    /// <param name="cancellationToken">Stops the reading of credentials.</param>
    public async Task<InterruptionUrls> OpenAsync(
        string wakeId,
        TimeSpan lifetime,
        CancellationToken cancellationToken = default
    ) =>
        new(
            await SignAsync(KeyOf(wakeId, InterruptionKind.Notice), lifetime, cancellationToken).ConfigureAwait(false),
            await SignAsync(KeyOf(wakeId, InterruptionKind.Rebalance), lifetime, cancellationToken)
                .ConfigureAwait(false)
        );

    /// <summary>What the node has said up to now, the worst first; empty while it has said nothing. Reading again gives the same again.</summary>
    /// <param name="wakeId">The wake it was launched for.</param>
    /// <param name="instanceId">EC2's id of the node.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<IReadOnlyList<InterruptionSignal>> ReadAsync(
        string wakeId,
        string instanceId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(wakeId);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        List<InterruptionSignal> signals = [];
        foreach (var kind in new[] { InterruptionKind.Notice, InterruptionKind.Rebalance })
        {
            if (await ReadTextAsync(KeyOf(wakeId, kind), cancellationToken).ConfigureAwait(false) is { } text)
            {
                signals.Add(
                    new InterruptionSignal
                    {
                        InstanceId = instanceId,
                        Kind = kind,
                        Source = InterruptionSource.NodeAgent,
                        At = _time.GetUtcNow(),
                        EndsAt = kind == InterruptionKind.Notice ? TimeIn(text) : null,
                    }
                );
            }
        }

        return signals;
    }

    private async Task<byte[]?> ReadTextAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.GetFirstVersionAsync(key, MaxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectTooLargeException)
        {
            return []; // something was said, whatever it was
        }
    }

    /// <summary>The time in <c>{"action":"terminate","time":"…"}</c>; null when it is not that.</summary>
    private static DateTimeOffset? TimeIn(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("time", out var time)
                && time.ValueKind == JsonValueKind.String
                && time.TryGetDateTimeOffset(out var at)
                ? at
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<Uri> SignAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        _presigner.PresignAsync(
            new PresignRequest
            {
                Verb = PresignVerb.Put,
                Region = _region,
                Bucket = _store.Bucket,
                Key = key,
                Lifetime = lifetime,
                SignedHeaders = s_onlyIfNew,
            },
            cancellationToken
        );

    private static string KeyOf(string wakeId, InterruptionKind kind) =>
        $"{ObjectKeys.Mailbox}{wakeId}/{(kind == InterruptionKind.Notice ? "notice" : "rebalance")}";
}

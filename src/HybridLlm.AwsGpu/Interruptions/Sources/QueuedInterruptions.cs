using Amazon.SQS.Model;

namespace HybridLlm.AwsGpu.Interruptions.Sources;

/// <summary>
/// Hears EC2's events through the cluster's queue, which an administrator sets up with the commands of
/// <see cref="Permissions.Prerequisites.Render"/>. The queue may carry events of every instance of the region: the handler ignores what is not ours.
/// </summary>
public sealed class QueuedInterruptions
{
    /// <summary>Longest a single read waits for a message.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private const int MaxMessages = 10;
    private const int HiddenSeconds = 20;
    private readonly AwsClients _clients;
    private readonly string _region;
    private readonly string _name;
    private string? _url;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    /// <param name="name">Name of the queue.</param>
    public QueuedInterruptions(AwsClients clients, string region, string name)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(name);
        _clients = clients;
        _region = region;
        _name = name;
    }

    /// <summary>
    /// Waits for messages and hands on what they say. A message is deleted when it has been handled, or says nothing of use; when the handler
    /// throws, it stays and comes again in twenty seconds. Messages may come twice and out of order.
    /// </summary>
    /// <param name="handle">Told each signal.</param>
    /// <param name="wait">How long to wait for a message, up to <see cref="LongestWait"/>.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Signals handed on.</returns>
    /// <exception cref="AwsCallException">There is no such queue, or AWS refuses the call or does not answer.</exception>
    public async Task<int> ReceiveAsync(
        Func<InterruptionSignal, CancellationToken, Task> handle,
        TimeSpan wait,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, LongestWait);
        var url = await FindUrlAsync(cancellationToken).ConfigureAwait(false);
        ReceiveMessageRequest request = new()
        {
            QueueUrl = url,
            MaxNumberOfMessages = MaxMessages,
            VisibilityTimeout = HiddenSeconds,
            WaitTimeSeconds = (int)wait.TotalSeconds,
        };
        var answer = await _clients
            .Caller.RepeatableAsync(_clients.Sqs(_region).ReceiveMessageAsync, request, cancellationToken)
            .ConfigureAwait(false);
        var handled = 0;
        foreach (var message in answer.Messages ?? [])
        {
            foreach (var signal in InterruptionEvents.Parse(message.Body, _clients.Time.GetUtcNow()))
            {
                await handle(signal, cancellationToken).ConfigureAwait(false);
                handled++;
            }

            DeleteMessageRequest delete = new() { QueueUrl = url, ReceiptHandle = message.ReceiptHandle };
            await _clients
                .Caller.RepeatableAsync(_clients.Sqs(_region).DeleteMessageAsync, delete, cancellationToken)
                .ConfigureAwait(false);
        }

        return handled;
    }

    private async Task<string> FindUrlAsync(CancellationToken cancellationToken)
    {
        if (_url is null)
        {
            GetQueueUrlRequest request = new() { QueueName = _name };
            var answer = await _clients
                .Caller.RepeatableAsync(_clients.Sqs(_region).GetQueueUrlAsync, request, cancellationToken)
                .ConfigureAwait(false);
            _url = answer.QueueUrl;
        }

        return _url;
    }
}

using HybridLlm.Applying;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Interruptions.Sources;

namespace HybridLlm.Keeping;

/// <summary>Hears EC2's interruption events from the cluster's queue, as long as it lives. A queue that cannot be read is no reason to stop: the other sources go on.</summary>
internal sealed class QueueListener : IAsyncDisposable
{
    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(30);

    private readonly ClusterContext _context;
    private readonly Action<InterruptionSignal> _hear;
    private readonly QueuedInterruptions _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;

    public QueueListener(ClusterContext context, string name, Action<InterruptionSignal> hear)
    {
        _context = context;
        _hear = hear;
        _queue = new QueuedInterruptions(context.Aws, context.Region, name);
        _listening = Quietly.Run(() => ListenAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var isTold = false;
        while (true)
        {
            try
            {
                await _queue
                    .ReceiveAsync(
                        (signal, _) =>
                        {
                            _hear(signal);
                            return Task.CompletedTask;
                        },
                        QueuedInterruptions.LongestWait,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                isTold = false;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (!isTold)
                {
                    isTold = true;
                    _context.Events.Publish(
                        ClusterEventKind.Warning,
                        ClusterStages.Reclaim,
                        $"The interruption queue is not heard, the node and EC2 are: {e.Message}"
                    );
                }

                await Task.Delay(s_retryEvery, _context.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

using Polly;
using Polly.Retry;

namespace HybridLlm.Liqo.Clusters;

/// <summary>
/// Repeats a call that was throttled, failed or got lost. Every call here may be made twice: a create that was lost and
/// repeated finds its object there. Delays have full jitter, so that many peerings throttled together spread out.
/// </summary>
internal sealed class CallRetry
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    private readonly ResiliencePipeline _pipeline;

    public CallRetry(TimeProvider time) =>
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(Retry(8, e => e is KubernetesCallException { Kind: KubernetesErrorKind.Throttled }))
            .AddRetry(Retry(5, e => e is KubernetesCallException { Kind: KubernetesErrorKind.Unavailable }))
            .AddRetry(Retry(2, e => e is ClusterUnreachableException))
            .Build();

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await _pipeline
            .ExecuteAsync(
                static async (state, token) => await state(token).ConfigureAwait(false),
                call,
                cancellationToken
            )
            .ConfigureAwait(false);

    private static RetryStrategyOptions Retry(int attempts, Func<Exception?, bool> concerns) =>
        new()
        {
            MaxRetryAttempts = attempts,
            ShouldHandle = arguments => ValueTask.FromResult(concerns(arguments.Outcome.Exception)),
            DelayGenerator = arguments =>
            {
                var asked = (arguments.Outcome.Exception as KubernetesCallException)?.RetryAfter ?? TimeSpan.Zero;
                var doubled = s_firstPause * Math.Pow(2, arguments.AttemptNumber);
                var jittered = TimeSpan.FromTicks(
                    (long)(Math.Min(doubled.Ticks, s_longestPause.Ticks) * Random.Shared.NextDouble())
                );
                return ValueTask.FromResult<TimeSpan?>(asked + jittered);
            },
        };
}

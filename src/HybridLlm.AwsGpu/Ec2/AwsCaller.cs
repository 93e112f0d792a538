using Amazon.Runtime;
using Polly;
using Polly.Retry;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>
/// Makes one AWS call: translates its errors and repeats it where repeating is safe. Delays have full jitter, so that
/// many callers throttled together do not come back together.
/// </summary>
internal sealed class AwsCaller(TimeProvider time)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly RetryStrategyOptions s_throttled = Retry(AwsErrorKind.Throttled, 8, 20);
    private static readonly RetryStrategyOptions s_lost = Retry(AwsErrorKind.OutcomeUnknown, 3, 5);
    private static readonly RetryStrategyOptions s_notYetVisible = Retry(AwsErrorKind.NotFound, 14, 8);

    private readonly ResiliencePipeline _once = Pipeline(time, s_throttled);
    private readonly ResiliencePipeline _repeatable = Pipeline(time, s_throttled, s_lost);
    private readonly ResiliencePipeline _settling = Pipeline(time, s_throttled, s_notYetVisible);

    /// <summary>A call that may be made twice: a read, a write with a token, a deletion. Lost answers are asked for again.</summary>
    public Task<TAnswer> RepeatableAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : AmazonWebServiceRequest =>
        RunAsync(_repeatable, OperationOf<TRequest>(), token => call(request, token), cancellationToken);

    /// <summary>Reads every page of a listing.</summary>
    /// <param name="ask">The request for the page a token names; null names the first.</param>
    /// <param name="call">The API action.</param>
    /// <param name="read">A page's items, and the token of the next page.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    public async Task<List<T>> ListAsync<TRequest, TAnswer, T>(
        Func<string?, TRequest> ask,
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        Func<TAnswer, (IEnumerable<T>? Items, string? Next)> read,
        CancellationToken cancellationToken
    )
        where TRequest : AmazonWebServiceRequest
    {
        List<T> all = [];
        string? next = null;
        do
        {
            var answer = await RepeatableAsync(call, ask(next), cancellationToken).ConfigureAwait(false);
            var page = read(answer);
            all.AddRange(page.Items ?? []);
            next = page.Next;
        } while (!string.IsNullOrEmpty(next));

        return all;
    }

    /// <summary>A call that would do its work twice when made twice: repeated only when throttled, which did nothing.</summary>
    public Task<TAnswer> OnceAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : AmazonWebServiceRequest =>
        RunAsync(_once, OperationOf<TRequest>(), token => call(request, token), cancellationToken);

    /// <summary>
    /// As <see cref="OnceAsync"/>, for a call that names resources made seconds ago: EC2 may not see them for up to a
    /// minute, so "not found" is asked again for about that long.
    /// </summary>
    public Task<TAnswer> SettlingAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : AmazonWebServiceRequest =>
        RunAsync(_settling, OperationOf<TRequest>(), token => call(request, token), cancellationToken);

    /// <summary>Something the SDK does besides API actions; lost answers are asked for again.</summary>
    public Task<T> NamedAsync<T>(
        string operation,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    ) => RunAsync(_repeatable, operation, call, cancellationToken);

    public static AwsCallException NoCredentials(string operation, AmazonClientException cause) =>
        new(
            operation,
            nameof(AmazonClientException),
            AwsErrorKind.Permission,
            cause.Message,
            "Give credentials in AwsClientsOptions, or configure AWS's default credential chain.",
            cause
        );

    private static async Task<T> RunAsync<T>(
        ResiliencePipeline pipeline,
        string operation,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    ) =>
        await pipeline
            .ExecuteAsync(
                static async (state, token) =>
                    await TranslatingAsync(state.operation, state.call, token).ConfigureAwait(false),
                (operation, call),
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>The SDK names every request after its action.</summary>
    private static string OperationOf<TRequest>() => typeof(TRequest).Name[..^"Request".Length];

    private static async Task<T> TranslatingAsync<T>(
        string operation,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await call(cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException refusal) when (!string.IsNullOrEmpty(refusal.ErrorCode))
        {
            var kind = AwsErrorCodes.KindOf(refusal.ErrorCode);
            var remedy = AwsErrorCodes.RemedyOf(refusal.ErrorCode);
            throw new AwsCallException(operation, refusal.ErrorCode, kind, refusal.Message, remedy, refusal);
        }
        catch (AmazonServiceException broken)
        {
            // An error without a code did not come from AWS's own front: a proxy, or an emulator that lacks the action.
            throw NoAnswer(operation, broken, AwsErrorKind.Unknown);
        }
        catch (AmazonClientException unusable)
        {
            throw NoCredentials(operation, unusable);
        }
        catch (Exception lost)
            when (lost is HttpRequestException or IOException or TimeoutException
                || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw NoAnswer(operation, lost, AwsErrorKind.OutcomeUnknown);
        }
    }

    private static AwsCallException NoAnswer(string operation, Exception cause, AwsErrorKind kind) =>
        new(
            operation,
            cause.GetType().Name,
            kind,
            cause.Message,
            "Check the network and the endpoint, then run the same step again: it looks first at what was done.",
            cause
        );

    private static ResiliencePipeline Pipeline(TimeProvider time, params RetryStrategyOptions[] retries) =>
        retries
            .Aggregate(new ResiliencePipelineBuilder { TimeProvider = time }, (builder, r) => builder.AddRetry(r))
            .Build();

    private static RetryStrategyOptions Retry(AwsErrorKind kind, int attempts, int longestPauseSeconds) =>
        new()
        {
            MaxRetryAttempts = attempts,
            ShouldHandle = arguments =>
                ValueTask.FromResult(arguments.Outcome.Exception is AwsCallException refusal && refusal.Kind == kind),
            DelayGenerator = arguments =>
            {
                var doubled = s_firstPause * Math.Pow(2, arguments.AttemptNumber);
                var seconds = Math.Min(longestPauseSeconds, doubled.TotalSeconds);
                return ValueTask.FromResult<TimeSpan?>(TimeSpan.FromSeconds(seconds * Random.Shared.NextDouble()));
            },
        };
}

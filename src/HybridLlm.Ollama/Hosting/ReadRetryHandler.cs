using System.Net;
using Polly;
using Polly.Retry;

namespace HybridLlm.Ollama.Hosting;

/// <summary>
/// Tries calls that only read (<c>GET</c> and <c>HEAD</c>) again where the server was not reached or was busy. Everything else goes through
/// once: an answer that was asked for twice is paid for twice, and a load that is given up begins anew.
/// </summary>
internal sealed class ReadRetryHandler(HybridOllamaOptions options, TimeProvider clock) : DelegatingHandler
{
    private readonly ResiliencePipeline<HttpResponseMessage>? _pipeline =
        options.Retries == 0 ? null : Build(options, clock);

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return _pipeline is null || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            ? base.SendAsync(request, cancellationToken)
            : RetryAsync(_pipeline, request, cancellationToken);
    }

    private async Task<HttpResponseMessage> RetryAsync(
        ResiliencePipeline<HttpResponseMessage> pipeline,
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) =>
        await pipeline
            .ExecuteAsync(async token => await base.SendAsync(request, token).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    private static ResiliencePipeline<HttpResponseMessage> Build(HybridOllamaOptions options, TimeProvider clock) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = TimeSpan.FromMilliseconds(200),
                    UseJitter = true,
                    ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                        .Handle<HttpRequestException>()
                        .HandleResult(r =>
                            r.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                        ),
                }
            )
            .Build();
}

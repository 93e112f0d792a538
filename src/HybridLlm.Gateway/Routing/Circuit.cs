using Polly;
using Polly.CircuitBreaker;

namespace HybridLlm.Gateway.Routing;

/// <summary>
/// Keeps requests from a server that answers when it is looked at, but fails those it is given, e.g. for want of memory. Opens when half
/// of four or more requests of the last half minute failed; the first look that succeeds afterwards closes it.
/// </summary>
internal sealed class Circuit
{
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _pipeline;

    public Circuit(TimeProvider clock) =>
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    FailureRatio = 0.5,
                    MinimumThroughput = 4,
                    SamplingDuration = TimeSpan.FromSeconds(30),
                    BreakDuration = TimeSpan.FromSeconds(10),
                    StateProvider = _state,
                    ShouldHandle = new PredicateBuilder().Handle<FailedRequestException>(),
                }
            )
            .Build();

    public bool Closed => _state.CircuitState is CircuitState.Closed;

    /// <summary>Counts a request. One more of an open circuit changes nothing.</summary>
    public void Record(bool succeeded)
    {
        try
        {
            _pipeline.Execute(static ok => _ = ok ? true : throw new FailedRequestException(), succeeded);
        }
        catch (Exception e) when (e is FailedRequestException or BrokenCircuitException)
        {
            // Counted.
        }
    }

    private sealed class FailedRequestException : Exception;
}

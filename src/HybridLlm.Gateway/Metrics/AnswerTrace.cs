using System.Diagnostics;
using HybridLlm.Gateway.Endpoints;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Gateway.Metrics;

/// <summary>
/// One answer as a trace and in figures: from the request over the wake and its stages to the first token and the end, by
/// OpenTelemetry's names for generative AI.
/// </summary>
internal sealed class AnswerTrace : IDisposable
{
    private static readonly ActivitySource s_source = new(GatewayMetrics.Name);

    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly Activity? _activity;
    private readonly Ask _ask;
    private readonly string _model;
    private readonly long _began;
    private readonly TokenGaps _gaps;
    private long _first;
    private bool _spoke;

    public AnswerTrace(GatewayMetrics metrics, Ask ask, string model, TimeProvider clock, string? traceParent)
    {
        (_metrics, _ask, _model, _clock) = (metrics, ask, model, clock);
        _began = clock.GetTimestamp();
        _gaps = new TokenGaps(metrics.Gaps, model, clock);
        // The host has made the request's activity if anybody listens to it; else the client's own is the parent.
        var parent =
            Activity.Current?.Context
            ?? (ActivityContext.TryParse(traceParent, null, isRemote: true, out var remote) ? remote : default);
        _activity = s_source.StartActivity($"{ask.Operation} {model}", ActivityKind.Server, parent);
        _activity?.SetTag("gen_ai.operation.name", ask.Operation);
        _activity?.SetTag("gen_ai.provider.name", "ollama");
        _activity?.SetTag("gen_ai.request.model", model);
        if (ask.Body["options"]?["num_predict"] is { } limit)
        {
            _activity?.SetTag("gen_ai.request.max_tokens", limit.ToString());
        }
    }

    public OllamaUsage? Usage { get; private set; }

    /// <summary>It reached its end.</summary>
    public bool Done { get; private set; }

    /// <summary>What became of it if it moved and reached its end; null if not.</summary>
    public ContinuityReport? Continuity { get; private set; }

    public TimeSpan Elapsed => _clock.GetElapsedTime(_began);

    /// <summary>Sees a line pass.</summary>
    public void Line(OllamaChunk chunk, RequestHold hold, IReadOnlyList<PastStage> stages)
    {
        if (!_spoke)
        {
            _spoke = true;
            _first = _clock.GetTimestamp();
            First(hold, stages);
        }

        _gaps.Line();
        if (chunk.Done)
        {
            (Done, Usage, Continuity) = (true, chunk.Usage, chunk.Continuity);
            if (Usage is { AnswerTokens: > 1 and var tokens })
            {
                _metrics.Token(_clock.GetElapsedTime(_first) / (tokens - 1), _model);
            }

            _activity?.SetTag("gen_ai.response.finish_reasons", new[] { chunk.DoneReason });
            _activity?.SetTag("gen_ai.usage.input_tokens", Usage?.PromptTokens);
            _activity?.SetTag("gen_ai.usage.output_tokens", Usage?.AnswerTokens);
            _activity?.SetTag("hybridllm.migrations", chunk.Continuity?.Migrations.Count ?? 0);
        }
    }

    public void Failed(Exception exception) =>
        _activity?.SetTag("error.type", exception.GetType().Name).SetStatus(ActivityStatusCode.Error);

    public void Server(string? name) => _activity?.SetTag("server.address", name);

    public void Dispose()
    {
        _gaps.End();
        _activity?.Dispose();
    }

    private void First(RequestHold hold, IReadOnlyList<PastStage> stages)
    {
        _metrics.FirstToken(Elapsed, _model);
        if (hold.WasHeld)
        {
            _metrics.Held(hold.Held, _model);
        }

        _activity?.AddEvent(new ActivityEvent("gen_ai.first_token"));
        if (_activity is null || !hold.WasHeld)
        {
            return;
        }

        foreach (var stage in stages.Where(s => s.Ended >= _activity.StartTimeUtc))
        {
            using var span = s_source.StartActivity(
                ActivityKind.Internal,
                _activity.Context,
                startTime: stage.Began,
                name: stage.Stage
            );
            span?.SetEndTime(stage.Ended.UtcDateTime);
        }
    }
}

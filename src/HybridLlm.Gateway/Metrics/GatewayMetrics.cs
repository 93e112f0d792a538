using System.Diagnostics;
using System.Diagnostics.Metrics;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Routing;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Gateway.Metrics;

/// <summary>
/// What is measured. Names follow OpenTelemetry's conventions for generative AI where they have one. No prompt, answer or key is in any.
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string Name = "HybridLlm.Gateway";

    public static readonly double[] InSeconds =
    [
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        30,
        60,
        120,
        300,
        900,
    ];
    public static readonly double[] BetweenTokens = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
    public static readonly double[] InUsd = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10];

    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _interToken;
    private readonly Histogram<double> _hold;
    private readonly Histogram<double> _stage;
    private readonly Histogram<double> _cost;
    private readonly Histogram<double> _costPerThousand;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _migrations;
    private readonly UpDownCounter<long> _open;

    public GatewayMetrics(GatewayRouter router)
    {
        Meter = new Meter(Name);
        _duration = Seconds("gen_ai.server.request.duration", "Request to end of answer.", InSeconds);
        _firstToken = Seconds("gen_ai.server.time_to_first_token", "Request to first token, wake included.", InSeconds);
        _interToken = Seconds(
            "gen_ai.server.time_per_output_token",
            "Between two tokens of an answer, on average.",
            BetweenTokens
        );
        _hold = Seconds("hybridllm.gateway.hold.duration", "Waited for a server.", InSeconds);
        _stage = Seconds("hybridllm.wake.stage.duration", "A stage of a wake.", InSeconds);
        _cost = Usd("hybridllm.gateway.answer.cost", "Cost of an answer: its share of the server's time.");
        _costPerThousand = Usd("hybridllm.gateway.cost_per_1k_tokens", "Cost of a thousand tokens of an answer.");
        _tokens = Meter.CreateCounter<long>("gen_ai.client.token.usage", "{token}", "Tokens read and written.");
        _refusals = Meter.CreateCounter<long>("hybridllm.gateway.refusals", "{request}", "Requests not answered.");
        _migrations = Meter.CreateCounter<long>("hybridllm.gateway.migrations", "{migration}", "Moves of an answer.");
        _open = Meter.CreateUpDownCounter<long>(
            "hybridllm.gateway.open",
            "{request}",
            "Requests being answered or held."
        );
        Meter.CreateObservableGauge("hybridllm.gateway.held", () => router.Held, "{request}", "Requests held.");
        Meter.CreateObservableGauge(
            "hybridllm.gateway.backends.usable",
            () => router.Home.All.Count(b => b.Usable),
            "{server}",
            "Servers at home that are given requests."
        );
    }

    public Meter Meter { get; }

    /// <summary>Counts a request as open until the result is disposed.</summary>
    public IDisposable Open(string protocol)
    {
        TagList tags = new() { { "protocol", protocol } };
        _open.Add(1, tags);
        return new Closing(() => _open.Add(-1, tags));
    }

    public void Refused(GatewayRefusal refusal, string protocol) =>
        _refusals.Add(1, new TagList { { "reason", refusal.Kind.ToString() }, { "protocol", protocol } });

    public void FirstToken(TimeSpan after, string model) => _firstToken.Record(after.TotalSeconds, Model(model));

    public void Token(TimeSpan after, string model) => _interToken.Record(after.TotalSeconds, Model(model));

    public void Held(TimeSpan time, string model) => _hold.Record(time.TotalSeconds, Model(model));

    public void Stage(PastStage past) =>
        _stage.Record((past.Ended - past.Began).TotalSeconds, new KeyValuePair<string, object?>("stage", past.Stage));

    public void Moved(Migration move) =>
        _migrations.Add(
            1,
            new TagList { { "method", move.Method.ToString() }, { "cause", move.Cause?.GetType().Name ?? "drain" } }
        );

    public void Answered(TimeSpan time, OllamaUsage? usage, decimal usd, string model, string caller)
    {
        _duration.Record(time.TotalSeconds, Model(model));
        _cost.Record((double)usd, Model(model));
        if (usage is not null && usage.PromptTokens + usage.AnswerTokens is > 0 and var tokens)
        {
            _costPerThousand.Record((double)(usd * 1000 / tokens), Model(model));
            Count("input", usage.PromptTokens);
            Count("output", usage.AnswerTokens);
        }

        void Count(string type, int count) =>
            _tokens.Add(
                count,
                new TagList
                {
                    { "gen_ai.token.type", type },
                    { "gen_ai.request.model", model },
                    { "caller", caller },
                }
            );
    }

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Model(string model) => new("gen_ai.request.model", model);

    private Histogram<double> Seconds(string name, string what, double[] buckets) =>
        Meter.CreateHistogram(
            name,
            "s",
            what,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets }
        );

    private Histogram<double> Usd(string name, string what) =>
        Meter.CreateHistogram(
            name,
            "USD",
            what,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = InUsd }
        );

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}

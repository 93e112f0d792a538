using System.Diagnostics.Metrics;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Routing;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using Prometheus;

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

    private const string Model = "gen_ai.request.model";

    private readonly Distribution _duration;
    private readonly Distribution _firstToken;
    private readonly Distribution _perToken;
    private readonly Distribution _hold;
    private readonly Distribution _stage;
    private readonly Distribution _cost;
    private readonly Distribution _costPerThousand;
    private readonly Tally _tokens;
    private readonly Tally _refusals;
    private readonly Tally _migrations;
    private readonly UpDownCounter<long> _open;
    private readonly Gauge _openOnPage;

    public GatewayMetrics(GatewayRouter router)
    {
        Meter = new Meter(Name);
        var page = Prometheus.Metrics.WithCustomRegistry(Registry);
        _duration = Seconds("gen_ai.server.request.duration", "Request to end of answer.", InSeconds);
        _firstToken = Seconds("gen_ai.server.time_to_first_token", "Request to first token, wake included.", InSeconds);
        _perToken = Seconds(
            "gen_ai.server.time_per_output_token",
            "Between two tokens of an answer, on its average.",
            BetweenTokens
        );
        Gaps = Seconds(
            "hybridllm.gateway.token.gap",
            "Between two pieces of an answer as they came from its server, mostly a token each.",
            BetweenTokens
        );
        _hold = Seconds("hybridllm.gateway.hold.duration", "Waited for a server.", InSeconds);
        _stage = Seconds("hybridllm.wake.stage.duration", "A stage of a wake.", InSeconds, "stage");
        _cost = Usd("hybridllm.gateway.answer.cost", "Cost of an answer: its share of the server's time.");
        _costPerThousand = Usd("hybridllm.gateway.cost_per_1k_tokens", "Cost of a thousand tokens of an answer.");
        _tokens = new Tally(
            Meter,
            page,
            new("gen_ai.client.token.usage", "{token}"),
            "Tokens read and written.",
            ["gen_ai.token.type", Model, "caller"]
        );
        _refusals = new Tally(
            Meter,
            page,
            new("hybridllm.gateway.refusals", "{request}"),
            "Requests not answered.",
            ["reason", "protocol"]
        );
        _migrations = new Tally(
            Meter,
            page,
            new("hybridllm.gateway.migrations", "{migration}"),
            "Moves of an answer.",
            ["method", "cause"]
        );
        const string Opened = "Requests being answered or held.";
        _open = Meter.CreateUpDownCounter<long>("hybridllm.gateway.open", "{request}", Opened);
        _openOnPage = page.CreateGauge("hybridllm_gateway_open", Opened, "protocol");
        Observe(page, "hybridllm.gateway.held", "{request}", "Requests held.", () => router.Held);
        Observe(
            page,
            "hybridllm.gateway.backends.usable",
            "{server}",
            "Servers at home that are given requests.",
            () => router.Home.All.Count(b => b.Usable)
        );

        Distribution Seconds(string name, string what, double[] buckets, string label = Model) =>
            new(Meter, page, new(name, "s"), what, label, buckets);

        Distribution Usd(string name, string what) => new(Meter, page, new(name, "USD"), what, Model, InUsd);
    }

    /// <summary>What the page shows.</summary>
    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>How far apart pieces of answers come.</summary>
    public Distribution Gaps { get; }

    public Meter Meter { get; }

    /// <summary>Counts a request as open until the result is disposed.</summary>
    public IDisposable Open(string protocol)
    {
        KeyValuePair<string, object?> tag = new("protocol", protocol);
        var page = _openOnPage.WithLabels(protocol);
        _open.Add(1, tag);
        page.Inc();
        return new Closing(() =>
        {
            _open.Add(-1, tag);
            page.Dec();
        });
    }

    public void Refused(GatewayRefusal refusal, string protocol) => _refusals.Add(1, refusal.Kind.ToString(), protocol);

    public void FirstToken(TimeSpan after, string model) => _firstToken.Record(after.TotalSeconds, model);

    public void Token(TimeSpan after, string model) => _perToken.Record(after.TotalSeconds, model);

    public void Held(TimeSpan time, string model) => _hold.Record(time.TotalSeconds, model);

    public void Stage(PastStage past) => _stage.Record((past.Ended - past.Began).TotalSeconds, past.Stage);

    public void Moved(Migration move) =>
        _migrations.Add(1, move.Method.ToString(), move.Cause?.GetType().Name ?? "drain");

    public void Answered(TimeSpan time, OllamaUsage? usage, decimal usd, string model, string caller)
    {
        _duration.Record(time.TotalSeconds, model);
        _cost.Record((double)usd, model);
        if (usage is not null && usage.PromptTokens + usage.AnswerTokens is > 0 and var tokens)
        {
            _costPerThousand.Record((double)(usd * 1000 / tokens), model);
            _tokens.Add(usage.PromptTokens, "input", model, caller);
            _tokens.Add(usage.AnswerTokens, "output", model, caller);
        }
    }

    public void Dispose() => Meter.Dispose();

    private void Observe(MetricFactory page, string name, string unit, string what, Func<int> value)
    {
        Meter.CreateObservableGauge(name, value, unit, what);
        var gauge = page.CreateGauge(MetricName.Underscored(name), what);
        Registry.AddBeforeCollectCallback(() => gauge.Set(value()));
    }

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}

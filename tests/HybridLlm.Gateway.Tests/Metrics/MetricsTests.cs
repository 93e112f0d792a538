using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HybridLlm.Gateway.Metrics;
using HybridLlm.Gateway.Tests.Holding;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Gateway.Tests.Metrics;

/// <summary>What is measured, and that nobody's words are in it.</summary>
public sealed class MetricsTests
{
    private const string Secret = "zebra-umbrella-91";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prometheus_gets_first_token_inter_token_tokens_cost_moves_and_refusals_but_no_prompt()
    {
        await using var lab = await HomeLab.StartAsync(2, o => o.BackendHourlyUsd = 3.6m);
        await lab.AskAsync(HomeLab.Question(Secret, tokens: 20));
        lab.Servers.Single(s => s.Requests.Any(r => r.Path == "/api/chat"))
            .Arm(new StreamFault(StreamFaultKind.Cut, 3));
        await lab.AskAsync(HomeLab.Question(Secret, tokens: 20));
        using (await lab.Http.GetAsync("v1/models/none", Token)) { }

        var page = await lab.Http.GetStringAsync("metrics", Token);

        Value(page, "gen_ai_server_time_to_first_token_seconds_count").ShouldBe(2);
        Value(page, "gen_ai_server_time_per_output_token_seconds_count").ShouldBe(2);
        Value(page, "hybridllm_gateway_answer_cost_usd_sum").ShouldBeGreaterThan(0);
        Value(page, "hybridllm_gateway_cost_per_1k_tokens_usd_count").ShouldBe(2);
        // Gaps between tokens, not their mean: forty tokens and two last lines, the first of each answer not counted.
        Value(page, "hybridllm_gateway_token_gap_seconds_count").ShouldBe(40);
        page.ShouldNotContain("hybridllm_gateway_gen_ai");
        page.ShouldMatch("hybridllm_gateway_migrations.*RawPrompt|hybridllm_gateway_migrations.*TrailingAssistant");
        page.ShouldMatch("hybridllm_gateway_refusals.*NotFound");
        page.ShouldContain("hybridllm_gateway_backends_usable");
        page.ShouldContain("hybridllm_gateway_held");
        page.ShouldNotContain(Secret);
        lab.Logs.All.ShouldNotContain(Secret);
        lab.Logs.All.ShouldContain("An answer moved");
    }

    [Fact]
    public async Task One_trace_leads_from_the_request_over_the_stages_of_its_wake_to_the_first_token()
    {
        ConcurrentBag<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "HybridLlm.Gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var lab = await CloudLab.StartAsync();
        var mine = ActivityTraceId.CreateRandom();
        using HttpRequestMessage request = new(HttpMethod.Post, "api/chat")
        {
            Content = new StringContent(HomeLab.Question(Secret, tokens: 5).ToJsonString()),
        };
        request.Headers.Add("traceparent", $"00-{mine}-{ActivitySpanId.CreateRandom()}-01");
        using var response = await lab.Http.SendAsync(request, Token);
        await response.Content.ReadAsStringAsync(Token);
        await HomeLab.UntilAsync(() =>
            ended.Any(a => a.DisplayName.StartsWith("chat", StringComparison.Ordinal) && a.TraceId == mine)
        );

        var answer = ended.Single(a => a.TraceId == mine && a.DisplayName == $"chat {CloudLab.Model}");
        answer.GetTagItem("gen_ai.request.model").ShouldBe(CloudLab.Model);
        answer.GetTagItem("gen_ai.usage.output_tokens").ShouldBe(5);
        answer.Events.ShouldContain(e => e.Name == "gen_ai.first_token");
        var stages = ended.Where(a => a.ParentSpanId == answer.SpanId).Select(a => a.DisplayName).ToList();
        foreach (var stage in new[] { "wake.boot", "wake.enrol", "wake.join", "wake.load" })
        {
            stages.ShouldContain(stage);
        }

        answer.TagObjects.ShouldAllBe(t => !$"{t.Value}".Contains(Secret));
        (await lab.Http.GetStringAsync("metrics", Token)).ShouldContain("stage=\"wake.boot\"");
    }

    [Fact]
    public async Task Invented_names_of_models_leave_nothing_on_the_page()
    {
        await using var lab = await HomeLab.StartAsync(1);
        for (var i = 0; i < 20; i++)
        {
            var question = HomeLab.Question();
            question["model"] = $"invented-{i}";
            using var refused = await lab.PostAsync("api/chat", question);
        }

        (await lab.Http.GetStringAsync("metrics", Token)).ShouldNotContain("invented");
    }

    [Fact]
    public void The_cost_of_answers_given_at_once_adds_up_to_the_time_there_was_one()
    {
        FakeTimeProvider clock = new();
        CostMeter meter = new(clock, _ => 3.6m);
        var first = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(10));
        var second = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(10));
        var (one, two) = (meter.End(first), 0m);
        clock.Advance(TimeSpan.FromSeconds(10));
        two = meter.End(second);
        clock.Advance(TimeSpan.FromSeconds(100));
        var third = meter.Begin();

        Math.Round(one, 6).ShouldBe(0.015m);
        Math.Round(two, 6).ShouldBe(0.015m);
        meter.End(third).ShouldBe(0);
    }

    private static double Value(string page, string name) =>
        Regex
            .Matches(page, $"^{name}(?:{{[^}}]*}})? (\\S+)$", RegexOptions.Multiline)
            .Sum(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
}

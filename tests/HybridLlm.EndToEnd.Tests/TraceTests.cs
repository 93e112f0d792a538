using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>One cold request is one trace, from the caller to the first token.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private static readonly string[] s_stages = ["launch", "boot", "enrol", "handshake", "model.load"];

    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private TestWorld _test = null!;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("HybridLlm", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            // Other tests run at the same time.
            ActivityStopped = span =>
            {
                if (span.TraceId == _trace)
                {
                    _spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _test.DisposeAsync();
    }

    [Fact]
    public async Task A_request_to_the_gateway_is_one_trace_over_the_wake_to_the_first_token()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(cluster);
        await using var gateway = builder.Build();
        gateway.MapHybridGateway();
        await gateway.StartAsync(Token);

        using HttpClient client = new() { BaseAddress = new Uri(gateway.Urls.Single()) };
        using HttpRequestMessage ask = new(HttpMethod.Post, "/api/chat")
        {
            Content = JsonContent.Create(
                new
                {
                    model = TestWorld.Model,
                    messages = new[] { new { role = "user", content = "Why is the sky blue?" } },
                    options = new { num_predict = 5 },
                }
            ),
        };
        ask.Headers.Add("traceparent", $"00-{_trace}-{ActivitySpanId.CreateRandom()}-01");
        using (var answer = await client.SendAsync(ask, Token))
        {
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsStringAsync(Token);
        }

        var request = Span("HybridLlm.Gateway", $"chat {TestWorld.Model}");
        CheckWake(request);
        request.Events.ShouldContain(e => e.Name == "gen_ai.first_token");
    }

    [Fact]
    public async Task So_is_a_question_to_the_chat_client()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        using (Activity caller = new("caller"))
        {
            caller.SetParentId(_trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
            caller.Start();
            await foreach (
                var _ in cluster.ChatClient.GetStreamingResponseAsync(
                    "Why?",
                    new ChatOptions { MaxOutputTokens = 5 },
                    Token
                )
            ) { }
        }

        var request = Span("HybridLlm", $"chat {TestWorld.Model}");
        CheckWake(request);
        request.Events.ShouldContain(e => e.Name == "gen_ai.first_token");
    }

    private void CheckWake(Activity request)
    {
        var wake = Span("HybridLlm", "wake");
        Ancestors(wake).ShouldContain(request.SpanId);
        var stages = s_stages.Select(s => Span("HybridLlm", s)).ToList();
        stages.ShouldAllBe(s => s.ParentSpanId == wake.SpanId);
        stages.Select(s => s.StartTimeUtc).ShouldBeInOrder();
        var launch = Span("HybridLlm.AwsGpu", "fleet.launch");
        launch.ParentSpanId.ShouldBe(stages[0].SpanId);
        launch.GetTagItem("cloud.resource_id").ShouldBe(wake.GetTagItem("cloud.resource_id"));
    }

    private IEnumerable<ActivitySpanId> Ancestors(Activity span)
    {
        for (var next = span; next is not null; next = _spans.FirstOrDefault(s => s.SpanId == next.ParentSpanId))
        {
            yield return next.ParentSpanId;
        }
    }

    private Activity Span(string source, string name)
    {
        SpinWait.SpinUntil(() => _spans.Any(Is), TimeSpan.FromSeconds(10));
        return _spans
            .Where(Is)
            .ShouldHaveSingleItem($"{source}/{name} of {string.Join(", ", _spans.Select(s => s.OperationName))}");

        bool Is(Activity span) => span.Source.Name == source && span.OperationName == name;
    }
}

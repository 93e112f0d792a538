using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Routing;

/// <summary>Servers that are killed, hang, are late, come back, or are not the same.</summary>
public sealed class LostServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StreamFaultKind.Kill)]
    [InlineData(StreamFaultKind.Cut)]
    [InlineData(StreamFaultKind.RunnerCrash)]
    public async Task An_answer_whose_server_fails_goes_on_at_the_other_and_is_the_same_text(StreamFaultKind fault)
    {
        foreach (var after in new[] { 0, 1, 7, 40 })
        {
            await using var lab = await HomeLab.StartAsync();
            var (expected, undisturbed) = await lab.AskAsync(HomeLab.Question(tokens: 80));
            // What begins alike goes to the same server.
            var server = lab.Servers.Single(s => s.Requests.Any(r => r.Path == "/api/chat"));
            server.Arm(new StreamFault(fault, after));

            var (text, lines) = await lab.AskAsync(HomeLab.Question(tokens: 80));

            text.ShouldBe(expected);
            lines[^1]["eval_count"]!.GetValue<int>().ShouldBe(undisturbed[^1]["eval_count"]!.GetValue<int>());
            lines[^1]["hybridllm"]!["migrations"]!.GetValue<int>().ShouldBeGreaterThan(0);
            expected.Length.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public async Task Every_stream_of_a_killed_server_goes_on_and_says_so_beside_the_text()
    {
        await using var lab = await HomeLab.StartAsync(2, server: o => o.TokenInterval = TimeSpan.FromMilliseconds(5));
        await using var calm = await HomeLab.StartAsync(1);
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
        var asked = Enumerable.Range(0, 12).Select(i => HomeLab.Question($"Tell me {i}.", tokens: 120)).ToList();
        List<string> expected = [];
        List<string> usage = [];
        foreach (var question in asked)
        {
            var (text, lines) = await calm.AskAsync(question.DeepClone().AsObject());
            expected.Add(text);
            usage.Add(Usage(lines[^1]));
        }

        var answers = asked.Select(lab.AskAsync).ToList();
        await HomeLab.UntilAsync(() => lab.Servers[0].InFlight > 0 && lab.Servers[1].InFlight > 0);
        await Task.Delay(200, Token);
        await lab.Servers[0].KillAsync();

        var got = await Task.WhenAll(answers);
        got.Select(g => g.Text).ShouldBe(expected);
        got.ShouldAllBe(g => g.Lines.Count(l => l["done"]!.GetValue<bool>()) == 1);
        got.Select(g => Usage(g.Lines[^1])).ShouldBe(usage);
        got.Count(g => g.Lines[^1]["hybridllm"]?["migrations"]?.GetValue<int>() == 1).ShouldBeGreaterThan(0);
        lab.Gateway.Router.Home.All.Sum(b => b.Open).ShouldBe(0);
    }

    [Fact]
    public async Task With_all_servers_down_it_is_503_with_Retry_After_in_every_protocol()
    {
        await using var lab = await HomeLab.StartAsync();
        await lab.AskAsync(HomeLab.Question());
        await lab.Servers[0].KillAsync();
        await lab.Servers[1].KillAsync();

        foreach (var path in new[] { "api/chat", "v1/chat/completions", "v1/messages" })
        {
            var question = HomeLab.Question();
            question["max_tokens"] = 10;
            using var response = await lab.PostAsync(path, question);

            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            var error = await response.Content.ReadAsStringAsync(Token);
            error.ShouldContain("None of the 2 servers");
            error.ShouldNotContain("127.0.0.1");
        }
    }

    [Fact]
    public async Task A_server_that_comes_up_late_or_comes_back_is_used()
    {
        await using var late = await OllamaEmulator.StartAsync(new OllamaEmulatorOptions(), Token);
        var address = late.Address;
        await late.KillAsync();
        await using var lab = await HomeLab.StartAsync([], others: [address]);
        using (var refused = await lab.PostAsync("api/chat", HomeLab.Question()))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        await using var back = await Listener.StartAsync(address, new OllamaEmulator());
        var (text, _) = await lab.AskAsync(HomeLab.Question());
        text.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_answer_waits_for_a_server_to_come_back_when_none_is_left()
    {
        await using var calm = await HomeLab.StartAsync(1);
        var (expected, _) = await calm.AskAsync(HomeLab.Question(tokens: 60));
        await using var lab = await HomeLab.StartAsync(1, o => o.HeartbeatSeconds = 0.2);
        await lab.MeetAllAsync();
        lab.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 10));

        var answer = lab.AskAsync(HomeLab.Question(tokens: 60));
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Held == 1);
        await Task.Delay(500, Token);
        await using var back = await Listener.StartAsync(lab.Servers[0].Address, new OllamaEmulator());

        var (text, lines) = await answer;
        text.ShouldBe(expected);
        lines.ShouldContain(l => l["hybridllm"] != null && l["hybridllm"]!["stage"] != null);
    }

    [Fact]
    public async Task An_answer_that_nobody_can_take_up_ends_with_an_error_and_never_as_if_it_were_complete()
    {
        await using var lab = await HomeLab.StartAsync(1, o => o.ReturnSeconds = 1);
        await lab.MeetAllAsync();
        lab.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 10));
        var (_, lines) = await lab.AskAsync(HomeLab.Question(tokens: 60));
        lines[^1]["error"]!.ToString().ShouldContain("The server was lost in the middle of the answer");
        lines.ShouldNotContain(l => l["done"] != null && l["done"]!.GetValue<bool>());

        await using var sse = await HomeLab.StartAsync(1, o => o.ReturnSeconds = 1);
        await sse.MeetAllAsync();
        sse.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 10));
        using var response = await sse.PostAsync("v1/chat/completions", HomeLab.Question(tokens: 60));
        var events = await response.Content.ReadAsStringAsync(Token);
        events.ShouldContain("data: {\"error\":{");
        events.ShouldNotContain("[DONE]");
    }

    [Fact]
    public async Task Other_weights_never_go_on_with_an_answer()
    {
        EmulatedModel other = new() { Name = HomeLab.Model, Digest = new string('a', 64) };
        await using var lab = await HomeLab.StartAsync([_ => { }, o => o.Models = [other]], o => o.ReturnSeconds = 1);
        await lab.MeetAllAsync();
        lab.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 10));
        lab.Servers[1].Arm(new StreamFault(StreamFaultKind.Kill, 10));

        var (_, lines) = await lab.AskAsync(HomeLab.Question(tokens: 60));

        lines[^1]["error"].ShouldNotBeNull();
        lab.Servers.Count(s => s.Requests.Any(r => r.Path == "/api/generate" && r.Body.Contains("raw"))).ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_version_goes_on_only_where_it_may_and_is_not_said_to_be_exact(bool allowed)
    {
        await using var lab = await HomeLab.StartAsync(
            [
                o => o.TokenInterval = TimeSpan.FromMilliseconds(10),
                o => (o.TokenInterval, o.Version) = (TimeSpan.FromMilliseconds(10), "0.34.0"),
            ],
            o => (o.AllowOtherVersions, o.ReturnSeconds) = (allowed, 1)
        );
        await lab.MeetAllAsync();
        using var said = await lab.Http.GetAsync("api/version", Token);
        (await said.Content.ReadAsStringAsync(Token)).ShouldContain("-hybridllm");

        var answer = lab.AskAsync(HomeLab.Question(tokens: 200));
        await HomeLab.UntilAsync(() => lab.Servers.Any(s => s.InFlight > 0));
        await Task.Delay(300, Token);
        var serving = lab.Gateway.Router.Home.All.Single(b => b.Open > 0).Name;
        await lab.Servers.Single(s => s.Address == new Uri(serving)).KillAsync();

        var (_, lines) = await answer;
        if (allowed)
        {
            lines[^1]["hybridllm"].ShouldNotBeNull(lab.Logs.All)["migrations"]!.GetValue<int>().ShouldBe(1);
            lines[^1]["hybridllm"]!["exact"]!.GetValue<bool>().ShouldBeFalse();
        }
        else
        {
            lines[^1]["error"].ShouldNotBeNull();
            lines.ShouldAllBe(l => l["done"] == null || !l["done"]!.GetValue<bool>());
        }
    }

    [Fact]
    public async Task A_failure_nobody_has_foreseen_is_told_where_the_answer_has_begun()
    {
        const string Model = "unforeseen:1b";
        await using var lab = await HomeLab.StartAsync(1, server: o => o.Models = [new() { Name = Model }]);

        // Whoever counts the gaps between tokens runs in the middle of the answer.
        using MeterListener careless = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "HybridLlm.Gateway")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        careless.SetMeasurementEventCallback<double>(
            (instrument, _, tags, _) =>
            {
                if (instrument.Name.Contains("gap", StringComparison.Ordinal) && tags is [{ Value: Model }])
                {
                    throw new InvalidOperationException("careless listener");
                }
            }
        );
        careless.Start();
        var question = HomeLab.Question(tokens: 5);
        question["model"] = Model;

        var (_, lines) = await lab.AskAsync(question);

        lines.Count.ShouldBe(2);
        lines[^1]["error"]!.GetValue<string>().ShouldBe("The gateway failed on this request; its log says why.");
        lab.Logs.All.ShouldContain("careless listener");
    }

    [Theory]
    [InlineData("api/chat")]
    [InlineData("v1/chat/completions")]
    [InlineData("v1/responses")]
    [InlineData("v1/messages")]
    public async Task With_both_servers_lost_the_answer_is_a_part_of_the_true_one_and_then_an_error(string path)
    {
        await using var calm = await HomeLab.StartAsync(1);
        var expected = Text(await BodyAsync(calm, path));
        await using var lab = await HomeLab.StartAsync(2, o => o.ReturnSeconds = 1);
        await lab.MeetAllAsync();
        lab.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 10));
        lab.Servers[1].Arm(new StreamFault(StreamFaultKind.Kill, 10));

        var body = await BodyAsync(lab, path);

        var text = Text(body);
        text.Length.ShouldBeGreaterThan(20);
        expected.ShouldStartWith(text);
        var error =
            path is "v1/responses" ? "event: response.failed"
            : path is "v1/messages" ? "event: error"
            : "\"error\":";
        body.ShouldContain(error, customMessage: body[^Math.Min(800, body.Length)..]);
        foreach (var end in new[] { "\"done\":true", "[DONE]", "message_stop", "response.completed" })
        {
            body.ShouldNotContain(end);
        }

        lab.Gateway.Router.Home.All.Sum(b => b.Open).ShouldBe(0);
    }

    private static async Task<string> BodyAsync(HomeLab lab, string path)
    {
        var question = HomeLab.Question(tokens: 80);
        (question["input"], question["temperature"]) = ("Why?", 0);
        (question["max_tokens"], question["max_output_tokens"]) = (80, 80);
        using var response = await lab.PostAsync(path, question);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync(Token);
    }

    /// <summary>The text of a stream of any protocol.</summary>
    private static string Text(string body) =>
        string.Concat(
            body.Split('\n')
                .Select(l => l.StartsWith("data: ", StringComparison.Ordinal) ? l[6..] : l)
                .Where(l => l.StartsWith('{'))
                .Select(l => JsonNode.Parse(l)!)
                .Select(e =>
                    e["message"] is JsonObject { } m && m["content"] is JsonValue content ? content.ToString()
                    : e["choices"] is JsonArray { Count: > 0 } choices ? choices[0]!["delta"]!["content"]?.ToString()
                    : e["delta"] is JsonValue delta ? delta.ToString()
                    : e["delta"]?["text"]?.ToString()
                )
        );

    private static string Usage(JsonObject last) => $"{last["prompt_eval_count"]} + {last["eval_count"]}";

    private static Task BothUpAsync(HomeLab lab) =>
        HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
}

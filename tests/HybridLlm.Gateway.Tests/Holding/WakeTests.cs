using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Tests.Protocols;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.AI;
using OllamaSharp;

namespace HybridLlm.Gateway.Tests.Holding;

/// <summary>Requests that find nobody awake.</summary>
public sealed class WakeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_long_is_told_stage_time_cost_and_place_in_each_protocol_and_then_answered()
    {
        await using var lab = await CloudLab.StartAsync(
            o => (o.HeartbeatSeconds, o.NodeParallel) = (0.1, 1),
            speed: 20
        );
        var native = lab.PostAsync("api/chat", HomeLab.Question(tokens: 5));
        // The others come after it, and so queue.
        await UntilAsync(() => lab.Gateway.Router.Cloud!.Granted == 1);
        var chat = lab.PostAsync("v1/chat/completions", OpenAi(tokens: 5));
        var messages = lab.PostAsync("v1/messages", OpenAi(tokens: 5));
        var lines = (await (await native).Content.ReadAsStringAsync(Token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!.AsObject())
            .ToList();
        var beats = lines.Where(l => l["hybridllm"]?["stage"] is not null).ToList();
        beats.Count.ShouldBeGreaterThan(3);
        beats.ShouldAllBe(b => b["message"]!["content"]!.ToString().Length == 0 && !b["done"]!.GetValue<bool>());
        beats.Select(b => b["hybridllm"]!["stage"]!.ToString()).ShouldContain("wake.boot");
        var boot = beats.Where(b => b["hybridllm"]!["stage"]!.ToString() == "wake.boot").ToList();
        boot[^1]["hybridllm"]!["eta_seconds"]!.GetValue<long>().ShouldBeInRange(1, 240);
        boot[^1]["hybridllm"]!["cost_usd"]!.GetValue<decimal>().ShouldBeGreaterThan(0);
        lines[^1]["done"]!.GetValue<bool>().ShouldBeTrue();

        var events = await (await chat).Content.ReadAsStringAsync(Token);
        Sse.Comments(events).ShouldContain(c => c.Contains("stage=wake.") && c.Contains("eta="));
        Sse.Data(events).Last().ShouldBe("[DONE]");
        var stream = await (await messages).Content.ReadAsStringAsync(Token);
        Sse.Comments(stream).ShouldContain(c => c.Contains("position="));
        Sse.Data(stream).Last().ShouldContain("message_stop");
        lab.Launches.ShouldBe(1);
    }

    [Fact]
    public async Task OllamaSharp_needs_no_change_cold_with_signs_of_life_and_warm()
    {
        await using var lab = await CloudLab.StartAsync(o => o.HeartbeatSeconds = 0.1, speed: 50);
        using OllamaApiClient client = new(lab.Http, CloudLab.Model);
        ChatOptions greedy = new() { Temperature = 0, MaxOutputTokens = 20 };

        var cold = await ((IChatClient)client).GetResponseAsync("Hello?", greedy, Token);
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in ((IChatClient)client).GetStreamingResponseAsync("Hello?", greedy, Token))
        {
            updates.Add(update);
        }

        cold.Text.Length.ShouldBeGreaterThan(0);
        string.Concat(updates.Select(u => u.Text)).ShouldBe(cold.Text);
        (await client.ListLocalModelsAsync(Token)).Single().Name.ShouldBe(CloudLab.Model);
        lab.Launches.ShouldBe(1);
    }

    [Fact]
    public async Task A_full_queue_and_a_wait_too_long_are_503_with_place_and_time_before_anything_was_sent()
    {
        await using var lab = await CloudLab.StartAsync(
            o => (o.NodeParallel, o.MaxHeld, o.MaxHoldSeconds) = (1, 1, 2),
            speed: 0.1
        );
        var first = lab.PostAsync("api/chat", HomeLab.Question());
        await UntilAsync(() => lab.Gateway.Router.Cloud!.Granted == 1);
        var second = lab.PostAsync("v1/chat/completions", OpenAi(tokens: 5));
        await UntilAsync(() => lab.Gateway.Router.Held == 1);

        using var full = await lab.PostAsync("api/chat", HomeLab.Question());
        full.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        full.Headers.RetryAfter.ShouldNotBeNull();
        full.Headers.GetValues("X-Queue-Position").Single().ShouldBe("2");

        using var late = await second;
        late.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        late.Headers.RetryAfter.ShouldNotBeNull();
        using var waker = await first;
        waker.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        lab.World.Clock.Speed = 100;
    }

    [Fact]
    public async Task Home_is_asked_first_and_the_rented_node_only_when_home_is_full()
    {
        await using var home = await OllamaEmulator.StartAsync(new OllamaEmulatorOptions { Parallel = 4 }, Token);
        await using var lab = await CloudLab.StartAsync(o =>
        {
            o.Backends.Add(home.Address);
            o.BackendParallel = 1;
            o.ProbeSeconds = 0.2;
        });
        await UntilAsync(() => lab.Gateway.Router.Home.All[0].View.Up);
        using (var alone = await lab.PostAsync("api/chat", HomeLab.Question(tokens: 5)))
        {
            alone.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        lab.Launches.ShouldBe(0);
        home.Hang();
        var atHome = lab.PostAsync("api/chat", HomeLab.Question(tokens: 5));
        await UntilAsync(() => lab.Gateway.Router.Home.All[0].Open == 1);
        using var inTheCloud = await lab.PostAsync("api/chat", HomeLab.Question(tokens: 5));
        inTheCloud.StatusCode.ShouldBe(HttpStatusCode.OK);
        lab.Launches.ShouldBe(1);
        home.Resume();
        using var late = await atHome;
        late.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_plain_client_of_OpenAIs_and_curl_need_no_change_cold_and_warm()
    {
        await using var lab = await CloudLab.StartAsync(o => o.HeartbeatSeconds = 0.1, speed: 50);
        var cold = ContentAsync(lab, stream: true);
        var curl = CurlAsync(lab);
        var text = await cold;
        text.Length.ShouldBeGreaterThan(0);
        (await ContentAsync(lab, stream: false)).ShouldBe(text);
        (await ContentAsync(lab, stream: true)).ShouldBe(text);
        var said = await curl;
        said.ShouldContain("\"done\":true");
        (await CurlAsync(lab)).ShouldContain("\"done\":true");
        lab.Launches.ShouldBe(1);
        // What an answer costs is its share of what the cluster spends.
        var page = await lab.Http.GetStringAsync("metrics", Token);
        page.ShouldMatch("(?m)^hybridllm_gateway_answer_cost_usd_count{.*} 5$");
        page.ShouldMatch("(?m)^hybridllm_gateway_answer_cost_usd_sum{.*} (?!0$)");
        page.ShouldMatch("(?m)^hybridllm_gateway_cost_per_1k_tokens_usd_sum{.*} (?!0$)");
    }

    /// <summary>Reads as little as a client must that knows the API's page and no more.</summary>
    private static async Task<string> ContentAsync(CloudLab lab, bool stream)
    {
        var question = OpenAi(tokens: 10);
        question["stream"] = stream;
        using var response = await lab.PostAsync("v1/chat/completions", question);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsStringAsync(Token);
        if (!stream)
        {
            return JsonNode.Parse(body)!["choices"]![0]!["message"]!["content"]!.ToString();
        }

        body.TrimEnd().ShouldEndWith("data: [DONE]");
        return string.Concat(
            Sse.Data(body)
                .Where(e => e != "[DONE]")
                .Select(e => JsonNode.Parse(e)!["choices"]![0]!["delta"]!["content"]?.ToString())
        );
    }

    private static async Task<string> CurlAsync(CloudLab lab)
    {
        if (!File.Exists("/usr/bin/curl"))
        {
            // The other client stands for it.
            using var response = await lab.PostAsync("api/chat", HomeLab.Question(tokens: 10));
            return await response.Content.ReadAsStringAsync(Token);
        }

        ProcessStartInfo start = new(
            "/usr/bin/curl",
            [
                "-sSN",
                new Uri(lab.Http.BaseAddress!, "api/chat").ToString(),
                "-d",
                HomeLab.Question(tokens: 10).ToJsonString(),
            ]
        )
        {
            RedirectStandardOutput = true,
        };
        using var curl = Process.Start(start)!;
        var said = await curl.StandardOutput.ReadToEndAsync(Token);
        await curl.WaitForExitAsync(Token);
        curl.ExitCode.ShouldBe(0);
        return said;
    }

    private static JsonObject OpenAi(int tokens)
    {
        var question = HomeLab.Question();
        question["max_tokens"] = tokens;
        question["temperature"] = 0;
        return question;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Token);
        }
    }
}

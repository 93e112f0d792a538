using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Endpoints;

/// <summary>The operators' page and what it shows.</summary>
public sealed class DashboardTests
{
    private const string Secret = "zebra-umbrella-91";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_servers_costs_and_answers_with_their_seams_and_not_a_word_of_them()
    {
        await using var lab = await HomeLab.StartAsync(2, o => o.BackendHourlyUsd = 3600);
        var (text, _) = await lab.AskAsync(HomeLab.Question(Secret, tokens: 30));
        lab.Servers.Single(s => s.Requests.Any(r => r.Path == "/api/chat"))
            .Arm(new StreamFault(StreamFaultKind.Cut, 5));
        await lab.AskAsync(HomeLab.Question(Secret, tokens: 30));

        var said = await lab.Http.GetStringAsync("hybridllm/state", Token);
        var state = JsonNode.Parse(said)!;
        state["servers"]!.AsArray().Count.ShouldBe(2);
        state["held"]!.GetValue<int>().ShouldBe(0);
        var answers = state["answers"]!.AsArray();
        answers.Count.ShouldBe(2);
        answers[0]!["seams"]![0]!["cause"]!.ToString().ShouldBe("OllamaCutException");
        answers[0]!["exact"]!.GetValue<bool>().ShouldBeTrue();
        answers[1]!["seams"]!.AsArray().Count.ShouldBe(0);
        answers.ShouldAllBe(a => a!["complete"]!.GetValue<bool>() && a["answer_tokens"]!.GetValue<int>() == 30);
        state["answers_usd_today"]!
            .GetValue<decimal>()
            .ShouldBe(answers.Sum(a => a!["usd"]!.GetValue<decimal>()), 0.000001m);
        said.ShouldNotContain(Secret);
        said.ShouldNotContain(text[..20]);
    }

    [Fact]
    public async Task The_page_holds_no_data_runs_its_own_script_only_and_the_data_are_for_operators()
    {
        const string Key = "sk-Fq3vN7pXo2mZr9LbT5wK";
        GatewayKey key = new()
        {
            Name = "ops",
            Sha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key))),
        };
        await using var lab = await HomeLab.StartAsync(1, o => o.Keys.Add(key));
        using var page = await lab.Http.GetAsync("hybridllm", Token);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
        var html = await page.Content.ReadAsStringAsync(Token);
        html.ShouldNotContain("127.0.0.1");
        foreach (var file in new[] { "dashboard.js", "dashboard.css" })
        {
            html.ShouldContain($"/hybridllm/{file}");
            using var part = await lab.Http.GetAsync($"hybridllm/{file}", Token);
            part.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var nobody = await lab.Http.GetAsync("hybridllm/state", Token);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        lab.Http.DefaultRequestHeaders.Add("x-api-key", Key);
        using var plain = await lab.Http.GetAsync("hybridllm/state", Token);
        plain.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        key.Operator = true;
        using var operators = await lab.Http.GetAsync("hybridllm/state", Token);
        operators.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}

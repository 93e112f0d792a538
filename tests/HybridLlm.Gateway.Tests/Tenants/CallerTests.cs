using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Tenants;
using HybridLlm.Testing.Ollama;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Gateway.Tests.Tenants;

/// <summary>Who may ask, for what, and how much.</summary>
public sealed class CallerTests
{
    private const string Key = "sk-Fq3vN7pXo2mZr9LbT5wK";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_keys_only_who_brings_one_is_answered_by_either_header_and_on_every_path()
    {
        await using var lab = await HomeLab.StartAsync(1, o => o.Keys.Add(KeyFor()));
        foreach (var path in new[] { "api/tags", "api/version", "api/ps", "v1/models", "metrics", "api/pull" })
        {
            using var without = await lab.Http.GetAsync(path, Token);
            without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            using var wrong = await GetAsync(lab, path, "Authorization", "Bearer sk-wrong");
            wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }

        foreach (var (header, value) in new[] { ("Authorization", $"Bearer {Key}"), ("x-api-key", Key) })
        {
            using var right = await GetAsync(lab, "api/tags", header, value);
            right.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        lab.Logs.All.ShouldNotContain(Key);
    }

    [Fact]
    public async Task Without_keys_a_page_in_a_browser_or_a_rebound_name_is_refused()
    {
        await using var lab = await HomeLab.StartAsync(1);
        using var page = await GetAsync(lab, "api/tags", "Origin", "https://evil.example");
        page.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var rebound = await GetAsync(lab, "api/tags", "Host", "evil.example");
        rebound.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var local = await GetAsync(lab, "api/tags", "Origin", "http://localhost:3000");
        local.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_sees_and_uses_its_models_only()
    {
        var key = KeyFor();
        key.Models.Add("small:1b");
        await using var lab = await HomeLab.StartAsync(
            [o => o.Models = [new EmulatedModel { Name = HomeLab.Model }, new EmulatedModel { Name = "small:1b" }]],
            o => o.Keys.Add(key)
        );
        lab.Http.DefaultRequestHeaders.Add("x-api-key", Key);
        var list = await lab.Http.GetStringAsync("api/tags", Token);
        list.ShouldContain("small:1b");
        list.ShouldNotContain(HomeLab.Model);

        using var other = await lab.PostAsync("api/chat", HomeLab.Question());
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var own = HomeLab.Question();
        own["model"] = "small:1b";
        using var answered = await lab.PostAsync("api/chat", own);
        answered.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_request_too_many_and_a_day_used_up_are_429_with_Retry_After()
    {
        var key = KeyFor();
        key.MaxConcurrent = 2;
        key.TokensPerDay = 80;
        await using var lab = await HomeLab.StartAsync([o => { }], o => o.Keys.Add(key));
        lab.Http.DefaultRequestHeaders.Add("x-api-key", Key);
        lab.Servers[0].Hang();
        var first = lab.PostAsync("api/chat", HomeLab.Question(tokens: 60));
        var second = lab.PostAsync("api/chat", HomeLab.Question(tokens: 60));
        await HomeLab.UntilAsync(() => lab.Gateway.Callers.Identify(Context()).Open == 2);
        using (var third = await lab.PostAsync("api/chat", HomeLab.Question()))
        {
            third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            third.Headers.RetryAfter.ShouldNotBeNull();
        }

        lab.Servers[0].Resume();
        await (await first).Content.ReadAsStringAsync(Token);
        await (await second).Content.ReadAsStringAsync(Token);
        await HomeLab.UntilAsync(() => lab.Gateway.Callers.Identify(Context()).Open == 0);

        using var spent = await lab.PostAsync("v1/chat/completions", HomeLab.Question());
        spent.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await spent.Content.ReadAsStringAsync(Token)).ShouldContain("rate_limit_error");
        spent.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_day_s_money_used_up_is_429_until_midnight_UTC()
    {
        var key = KeyFor();
        key.UsdPerDay = 0.02m;
        await using var lab = await HomeLab.StartAsync(
            [o => o.TokenInterval = TimeSpan.FromMilliseconds(5)],
            o =>
            {
                o.Keys.Add(key);
                // Almost three dollars a second: an answer of a tenth of one is beyond the budget.
                o.BackendHourlyUsd = 10_000;
            }
        );
        lab.Http.DefaultRequestHeaders.Add("x-api-key", Key);
        await lab.AskAsync(HomeLab.Question(tokens: 20));
        foreach (var path in new[] { "api/chat", "v1/chat/completions", "v1/messages", "api/embed" })
        {
            var question = HomeLab.Question();
            (question["max_tokens"], question["input"]) = (5, "x");
            using var spent = await lab.PostAsync(path, question);
            spent.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, path);
            (await spent.Content.ReadAsStringAsync(Token)).ShouldContain("0.02 USD of today (UTC) are used up");
            spent.Headers.RetryAfter!.Delta!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public void A_new_day_is_a_new_budget()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 23, 0, 0, TimeSpan.Zero));
        var key = KeyFor();
        (key.UsdPerDay, key.TokensPerDay) = (1, 100);
        Caller caller = new(key, clock);
        caller.Enter().Dispose();
        caller.Spend(10, 0.9m);
        caller.Enter().Dispose();
        caller.Spend(10, 0.1m);
        Should.Throw<GatewayRefusal>(caller.Enter).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(1));
        caller.Enter().Dispose();
        caller.Spend(100, 0);
        Should.Throw<GatewayRefusal>(caller.Enter).Message.ShouldContain("100 tokens");
    }

    [Theory]
    [InlineData("10.0.0.7", false)]
    [InlineData("fe80::1", false)]
    [InlineData("::ffff:192.168.1.4", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    public void Without_keys_another_machine_is_refused_and_with_keys_it_needs_one(string from, bool answered)
    {
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        Callers open = new(new HybridGatewayOptions(), TimeProvider.System);
        if (answered)
        {
            open.Identify(context).Name.ShouldBe("local");
        }
        else
        {
            Should.Throw<GatewayRefusal>(() => open.Identify(context)).Status.ShouldBe(403);
        }

        HybridGatewayOptions options = new();
        options.Keys.Add(KeyFor());
        Callers keyed = new(options, TimeProvider.System);
        Should.Throw<GatewayRefusal>(() => keyed.Identify(context)).Status.ShouldBe(401);
        context.Request.Headers.Authorization = $"Bearer {Key}";
        keyed.Identify(context).Name.ShouldBe("tester");
    }

    [Fact]
    public async Task All_faults_of_the_options_are_named_at_the_start()
    {
        var failure = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(async () =>
            await HomeLab.StartAsync(
                [],
                o =>
                {
                    o.Backends.Add(new Uri("http://127.0.0.1:1/v1"));
                    o.Keys.Add(new GatewayKey { Name = "a", Sha256 = "zz" });
                    o.MaxHoldSeconds = 0;
                }
            )
        );
        var all = string.Join('\n', failure.Failures);
        all.ShouldContain("/v1");
        all.ShouldContain("Sha256");
        all.ShouldContain("MaxHoldSeconds");
    }

    private static GatewayKey KeyFor() =>
        new() { Name = "tester", Sha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key))) };

    private static DefaultHttpContext Context()
    {
        DefaultHttpContext context = new();
        context.Request.Headers["x-api-key"] = Key;
        return context;
    }

    private static async Task<HttpResponseMessage> GetAsync(HomeLab lab, string path, string header, string value)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header, value);
        return await lab.Http.SendAsync(request, Token);
    }
}

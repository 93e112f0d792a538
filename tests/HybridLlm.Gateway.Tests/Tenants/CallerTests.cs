using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Testing.Ollama;

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

    private static Microsoft.AspNetCore.Http.DefaultHttpContext Context()
    {
        Microsoft.AspNetCore.Http.DefaultHttpContext context = new();
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

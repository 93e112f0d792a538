using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>An answer that has outgrown its model's context does not go on as if the next server had forgotten the same.</summary>
public sealed class ContextTests
{
    private const int Small = 32;

    [Theory]
    [InlineData(OllamaApi.Chat, true)]
    [InlineData(OllamaApi.Chat, false)]
    [InlineData(OllamaApi.Generate, false)]
    public async Task An_answer_past_its_context_is_given_again_where_nothing_is_left_to_chance(
        OllamaApi api,
        bool told
    )
    {
        await using var servers = await Servers.StartAsync(Models(told ? 4096 : Small), Models(told ? 4096 : Small));
        var body = Body(api, told ? new JsonObject { ["num_ctx"] = Small } : []);
        var whole = await servers.WholeAsync(api, body);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 50));

        var answer = await servers.AskAsync(api, body);

        answer.Migrations.ShouldHaveSingleItem().Method.ShouldBe(ContinuationMethod.Replay);
        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
        // It was decided before a server was asked to go on.
        servers[1].Requests.ShouldAllBe(r => !r.Body.Contains("\"raw\":true,\"truncate\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_temperature_an_answer_past_its_context_is_lost_honestly()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 50));

        var lost = await Should.ThrowAsync<ContinuityLostException>(
            servers.AskAsync(
                OllamaApi.Chat,
                Body(OllamaApi.Chat, new JsonObject { ["num_ctx"] = Small, ["temperature"] = 0.8 })
            )
        );

        lost.Message.ShouldContain("outgrown");
        lost.InnerException.ShouldBeOfType<OllamaCutException>();
    }

    [Fact]
    public async Task A_raw_prompt_past_the_context_is_given_again()
    {
        await using var servers = await Servers.StartAsync(Models(Small), Models(Small));
        var body = Body(OllamaApi.Generate, []);
        body["raw"] = true;
        var whole = await servers.WholeAsync(OllamaApi.Generate, body);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 50));

        var answer = await servers.AskAsync(OllamaApi.Generate, body);

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Replay);
        answer.Text.ShouldBe(whole.Text);
    }

    [Fact]
    public async Task Within_its_context_an_answer_goes_on_though_its_bytes_would_fill_it()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var body = Body(OllamaApi.Chat, new JsonObject { ["num_ctx"] = 64 });
        var whole = await servers.WholeAsync(OllamaApi.Chat, body);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, body);

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.RawPrompt);
        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
    }

    [Fact]
    public async Task Contexts_that_servers_chose_by_themselves_are_a_doubt_once_the_answer_is_longer_than_the_smallest()
    {
        await using var servers = await Servers.StartAsync(Models(), Models(48));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 10));

        var answer = await servers.AskAsync(OllamaApi.Chat, Body(OllamaApi.Chat, []));

        var (prompt, text) = answer.Tokens!.Value;
        (prompt + text).ShouldBeGreaterThan(48);
        answer.Last.Continuity!.Doubts.ShouldHaveSingleItem().ShouldContain("context");
    }

    [Fact]
    public async Task A_server_that_refuses_the_text_as_too_long_is_heard()
    {
        using NobodyResident hidden = new();
        await using var servers = await Servers.StartAsync(hidden, Models(Small), Models(Small));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 50));

        var lost = await Should.ThrowAsync<ContinuityLostException>(
            servers.AskAsync(OllamaApi.Chat, Body(OllamaApi.Chat, []))
        );

        lost.Message.ShouldContain("outgrown");
        lost.Remedy.ShouldContain("num_ctx");
        lost.InnerException.ShouldBeOfType<OllamaResponseException>().Error.ShouldContain("exceed_context_size");
    }

    [Theory]
    [InlineData(null, 64, 640 - 10)]
    [InlineData(-1, 64, 640 - 10)]
    [InlineData(50, 64, 50 - 10)]
    [InlineData(0, 64, null)]
    [InlineData(null, null, null)]
    public void What_is_left_of_the_limit_is_asked_for(int? asked, int? context, int? left)
    {
        var options = Ask.Greedy();
        if (asked is { } limit)
        {
            options["num_predict"] = limit;
        }

        var body = Ask.Chat("Hello", options: options);
        ServerIdentity server = new("0.33.0", "digest");
        var plan = ContinuationPlanner.Plan(
            new AskedFor(OllamaApi.Chat, JsonNode.Parse(body.ToJsonString())!.AsObject()),
            new AnswerSoFar { Text = "one", Tokens = 10 },
            new EndpointFacts
            {
                Identity = server,
                Origin = server,
                Model = new ModelDescription
                {
                    Modelfile = "",
                    Template = "",
                    Parameters = "",
                    Capabilities = [],
                    Info = new Dictionary<string, System.Text.Json.JsonElement>(),
                },
                Rendered = "Hello",
                ContextLength = context,
            }
        );

        plan.Method.ShouldBe(ContinuationMethod.RawPrompt);
        ((int?)plan.Body["options"]!["num_predict"]).ShouldBe(asked == 0 ? 0 : left);
    }

    private static JsonObject Body(OllamaApi api, JsonObject more)
    {
        var options = Ask.Greedy();
        foreach (var (name, value) in more)
        {
            options[name] = value!.DeepClone();
        }

        return api == OllamaApi.Chat ? Ask.Chat("Hello", options: options) : Ask.Generate("Hello", options: options);
    }

    private static OllamaEmulatorOptions Models(int context = 4096) =>
        new() { ContextLength = context, Models = [new() { Name = "m", Template = PromptTemplate.Plain }] };

    /// <summary>Servers that list no model as resident, so that nobody can know their context.</summary>
    private sealed class NobodyResident : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            request.RequestUri!.AbsolutePath == "/api/ps"
                ? Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.OK)
                    {
                        Content = new StringContent("""{"models":[]}""", Encoding.UTF8, "application/json"),
                    }
                )
                : base.SendAsync(request, cancellationToken);
    }
}

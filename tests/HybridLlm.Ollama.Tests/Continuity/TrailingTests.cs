using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>Whether a template goes on with the assistant's last message: proven by the server itself, once.</summary>
public sealed class TrailingTests
{
    [Fact]
    public async Task A_template_is_probed_once_for_many_answers()
    {
        await using var servers = await Servers.StartAsync(
            Models(PromptTemplate.Llama3Library),
            Models(PromptTemplate.Llama3Library)
        );
        for (var i = 0; i < 3; i++)
        {
            var body = Tools($"Hello {i}");
            var whole = await servers.WholeAsync(OllamaApi.Chat, body);
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

            var answer = await servers.AskAsync(OllamaApi.Chat, body);

            answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.TrailingAssistant);
            (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
        }

        // The conversation with the words and without them, though three answers were moved.
        Probes(servers[1]).ShouldBe(2);
    }

    [Fact]
    public async Task What_one_server_is_proven_to_do_is_not_believed_of_another_with_the_same_model()
    {
        // As with OLLAMA_GO_TEMPLATE, which no endpoint tells: the digest and the version are the same.
        await using var servers = await Servers.StartAsync(
            Models(PromptTemplate.Llama3Library),
            Models(PromptTemplate.Llama3Library),
            Models(PromptTemplate.Llama3)
        );
        var whole = await servers.WholeAsync(OllamaApi.Chat, Tools("Hello"));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));
        servers[1].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, Tools("Hello"));

        (Probes(servers[1]), Probes(servers[2])).ShouldBe((2, 3));
        // The third closes the turn, and without its template tool calls would come as text: so it gives the answer again.
        answer
            .Migrations.Select(m => m.Method)
            .ShouldBe([ContinuationMethod.TrailingAssistant, ContinuationMethod.Replay]);
        (answer.Text, answer.Tokens).ShouldBe((whole.Text, whole.Tokens));
    }

    [Theory]
    // Prompt, with the message, the message; added to, as if generated.
    [InlineData("<u>hi<a>", "<u>hi<a> one ", " one ", true, true)]
    [InlineData("<u>hi<a>", "<u>hi<a><think></think> one ", " one ", true, false)]
    [InlineData("<u>hi<a>", "<u>hi<a> one <end><a>", " one ", false, false)]
    [InlineData("<u>hi<a>", "<u>hi<a>one", " one ", false, false)]
    public void A_message_is_added_to_where_the_prompt_ends_with_it(
        string prompt,
        string trailing,
        string text,
        bool adds,
        bool continues
    )
    {
        var verdict = TrailingVerdict.Of(prompt, trailing, text);

        (verdict.AddsTo(text), verdict.Continues(text)).ShouldBe((adds, continues));
    }

    [Fact]
    public void A_template_proven_for_words_only_is_not_trusted_with_white_space()
    {
        var verdict = TrailingVerdict.Of("<a>", "<a>one", "one");

        (verdict.Continues("two"), verdict.Continues(" two"), verdict.Continues("two\n")).ShouldBe(
            (true, false, false)
        );
    }

    private static int Probes(OllamaEmulator server) =>
        server.Requests.Count(r =>
            r.Body.Contains("_debug_render_only", StringComparison.Ordinal)
            && r.Body.Contains("one two", StringComparison.Ordinal)
        );

    private static JsonObject Tools(string text)
    {
        var body = Ask.Chat(text);
        body["tools"] = JsonNode.Parse("""[{"type":"function","function":{"name":"weather"}}]""");
        return body;
    }

    private static OllamaEmulatorOptions Models(PromptTemplate template) =>
        new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = template,
                    Capabilities = ["completion", "tools"],
                },
            ],
        };
}

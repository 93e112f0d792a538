using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Protocols;

/// <summary>A plain client of Anthropic's messages.</summary>
public sealed class AnthropicTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_stream_blocks_and_whole_they_are_the_same_text()
    {
        await using var lab = await HomeLab.StartAsync(1);
        using var response = await lab.PostAsync("v1/messages", Question(stream: false));
        var whole = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        response.StatusCode.ShouldBe(HttpStatusCode.OK, whole.ToJsonString());
        var text = whole["content"]![0]!["text"]!.ToString();
        text.Length.ShouldBeGreaterThan(10);
        whole["type"]!.ToString().ShouldBe("message");
        whole["stop_reason"]!.ToString().ShouldBeOneOf("end_turn", "max_tokens");

        var events = await StreamAsync(lab, Question(stream: true));
        events
            .Select(e => e["type"]!.ToString())
            .Where(t => t != "content_block_delta")
            .ShouldBe(["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"]);
        string.Concat(
                events.Where(e => e["type"]!.ToString() == "content_block_delta").Select(e => e["delta"]!["text"])
            )
            .ShouldBe(text);
        events[^2]["usage"]!["output_tokens"]!.ToString().ShouldBe(whole["usage"]!["output_tokens"]!.ToString());
    }

    [Fact]
    public async Task A_system_prompt_in_blocks_tools_and_their_results_reach_the_server_in_its_words()
    {
        await using var lab = await HomeLab.StartAsync([
            o => o.Models = [new EmulatedModel { Name = HomeLab.Model, Capabilities = ["completion", "tools"] }],
        ]);
        var question = Question(stream: false);
        question["system"] = JsonNode.Parse("""[{"type":"text","text":"Be brief."}]""");
        question["stop_sequences"] = new JsonArray("END");
        question["tools"] = JsonNode.Parse("""[{"name":"clock","description":"d","input_schema":{"type":"object"}}]""");
        question["messages"] = JsonNode.Parse(
            """
            [{"role":"user","content":"When?"},
             {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"clock","input":{"zone":"UTC"}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"12:00"}]}]}]
            """
        );
        using var response = await lab.PostAsync("v1/messages", question);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);

        var native = JsonNode.Parse(lab.Servers[0].Requests.Single(r => r.Path == "/api/chat").Body)!;
        native["messages"]!
            .AsArray()
            .Select(m => m!["role"]!.ToString())
            .ShouldBe(["system", "user", "assistant", "tool"]);
        native["messages"]![3]!["content"]!.ToString().ShouldBe("12:00");
        native["messages"]![3]!["tool_name"]!.ToString().ShouldBe("clock");
        native["tools"]![0]!["function"]!["name"]!.ToString().ShouldBe("clock");
        native["options"]!["stop"]![0]!.ToString().ShouldBe("END");
    }

    [Fact]
    public async Task A_server_lost_in_the_middle_does_not_show_and_one_that_is_lost_for_good_is_an_error_event()
    {
        await using var lab = await HomeLab.StartAsync();
        var expected = Text(await StreamAsync(lab, Question(stream: true)));
        lab.Servers.Single(s => s.Requests.Any(r => r.Path == "/api/chat"))
            .Arm(new StreamFault(StreamFaultKind.Kill, 5));
        Text(await StreamAsync(lab, Question(stream: true))).ShouldBe(expected);

        await using var alone = await HomeLab.StartAsync(1, o => o.ReturnSeconds = 1);
        await alone.MeetAllAsync();
        alone.Servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 5));
        var events = await StreamAsync(alone, Question(stream: true));
        events[^1]["type"]!.ToString().ShouldBe("error");
        events[^1]["error"]!["type"]!.ToString().ShouldBe("overloaded_error");
    }

    [Theory]
    [InlineData("""{"model":"llama3.1:8b","messages":[]}""", "max_tokens is required")]
    [InlineData(
        """{"model":"llama3.1:8b","max_tokens":5,"messages":[{"role":"system","content":"x"}]}""",
        "role must be"
    )]
    [InlineData(
        """{"model":"llama3.1:8b","max_tokens":5,"messages":[{"role":"user","content":[{"type":"wax"}]}]}""",
        "'wax'"
    )]
    public async Task What_is_wrong_is_named_in_Anthropics_words(string body, string words)
    {
        await using var lab = await HomeLab.StartAsync(1);
        using var response = await lab.PostAsync("v1/messages", JsonNode.Parse(body)!);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        error["type"]!.ToString().ShouldBe("error");
        error["error"]!["type"]!.ToString().ShouldBe("invalid_request_error");
        error["error"]!["message"]!.ToString().ShouldContain(words);
    }

    private static string Text(IEnumerable<JsonObject> events) =>
        string.Concat(events.Select(e => e["delta"]?["text"]?.ToString()));

    private static JsonObject Question(bool stream) =>
        new()
        {
            ["model"] = HomeLab.Model,
            ["max_tokens"] = 60,
            ["temperature"] = 0,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Why?" }),
            ["stream"] = stream,
        };

    private static async Task<List<JsonObject>> StreamAsync(HomeLab lab, JsonObject question)
    {
        using var response = await lab.PostAsync("v1/messages", question);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return
        [
            .. Sse.Data(await response.Content.ReadAsStringAsync(Token)).Select(e => JsonNode.Parse(e)!.AsObject()),
        ];
    }
}

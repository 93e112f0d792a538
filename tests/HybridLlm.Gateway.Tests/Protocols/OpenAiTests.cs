using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Protocols;

/// <summary>A plain client of OpenAI's shape: it knows no more than the API's documentation.</summary>
public sealed class OpenAiTests : IAsyncLifetime
{
    private HomeLab _lab = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await HomeLab.StartAsync([WithTools, WithTools]);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Chat_streams_pieces_then_usage_then_done_and_is_the_native_text()
    {
        var (native, lines) = await _lab.AskAsync(Native());
        var events = await EventsAsync("v1/chat/completions", Chat(stream: true));

        events[^1].ShouldBe("[DONE]");
        var chunks = events.SkipLast(1).Select(e => JsonNode.Parse(e)!.AsObject()).ToList();
        chunks.ShouldAllBe(c => c["object"]!.ToString() == "chat.completion.chunk");
        chunks.Select(c => c["id"]!.ToString()).Distinct().Count().ShouldBe(1);
        var choices = chunks.SkipLast(1).Select(c => c["choices"]![0]!.AsObject()).ToList();
        string.Concat(choices.Select(c => c["delta"]!["content"]?.ToString())).ShouldBe(native);
        choices[0]["delta"]!["role"]!.ToString().ShouldBe("assistant");
        choices[^1]["finish_reason"]!.ToString().ShouldBe(lines[^1]["done_reason"]!.ToString());
        choices.SkipLast(1).ShouldAllBe(c => c["finish_reason"] == null);
        chunks[^1]["choices"]!.AsArray().Count.ShouldBe(0);
        chunks[^1]["usage"]!["completion_tokens"]!.ToString().ShouldBe(lines[^1]["eval_count"]!.ToString());
        chunks[^1]["usage"]!["prompt_tokens"]!.ToString().ShouldBe(lines[^1]["prompt_eval_count"]!.ToString());
    }

    [Fact]
    public async Task Chat_whole_is_the_same_text_and_counts_the_same()
    {
        var (native, _) = await _lab.AskAsync(Native());
        var whole = await JsonAsync("v1/chat/completions", Chat(stream: false));

        whole["object"]!.ToString().ShouldBe("chat.completion");
        whole["choices"]![0]!["message"]!["content"]!.ToString().ShouldBe(native);
        var usage = whole["usage"]!;
        usage["total_tokens"]!
            .GetValue<int>()
            .ShouldBe(usage["prompt_tokens"]!.GetValue<int>() + usage["completion_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_is_asked_for_reaches_the_server_in_its_own_words_and_nothing_else_does()
    {
        var question = Chat(stream: false);
        question["messages"] = new JsonArray(
            new JsonObject { ["role"] = "developer", ["content"] = "Be brief." },
            new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "Hello?" }),
            },
            new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = null,
                ["tool_calls"] = new JsonArray(
                    new JsonObject
                    {
                        ["id"] = "call_1",
                        ["type"] = "function",
                        ["function"] = new JsonObject { ["name"] = "clock", ["arguments"] = "{\"zone\":\"UTC\"}" },
                    }
                ),
            },
            new JsonObject
            {
                ["role"] = "tool",
                ["tool_call_id"] = "call_1",
                ["content"] = "12:00",
            }
        );
        question["stop"] = "END";
        question["seed"] = 7;
        question["keep_alive"] = 0;
        question["num_ctx"] = 128;
        question["response_format"] = new JsonObject { ["type"] = "json_object" };
        await JsonAsync("v1/chat/completions", question);

        var sent = _lab.Servers.SelectMany(s => s.Requests).Single(r => r.Path == "/api/chat").Body;
        var native = JsonNode.Parse(sent)!;
        native["messages"]![0]!["role"]!.ToString().ShouldBe("system");
        native["messages"]![1]!["content"]!.ToString().ShouldBe("Hello?");
        native["messages"]![2]!["tool_calls"]![0]!["function"]!["arguments"]!["zone"]!.ToString().ShouldBe("UTC");
        native["messages"]![3]!["tool_name"]!.ToString().ShouldBe("clock");
        native["options"]!["stop"]![0]!.ToString().ShouldBe("END");
        native["options"]!["seed"]!.GetValue<int>().ShouldBe(7);
        native["options"]!["num_predict"]!.GetValue<int>().ShouldBe(60);
        native["format"]!.ToString().ShouldBe("json");
        native["keep_alive"].ShouldBeNull();
        sent.ShouldNotContain("num_ctx");
    }

    [Fact]
    public async Task Completions_embeddings_and_models_answer_in_their_shapes()
    {
        JsonObject prompt = new()
        {
            ["model"] = HomeLab.Model,
            ["prompt"] = "Once",
            ["max_tokens"] = 20,
            ["temperature"] = 0,
        };
        var whole = await JsonAsync("v1/completions", prompt);
        whole["object"]!.ToString().ShouldBe("text_completion");
        prompt["stream"] = true;
        prompt["stream_options"] = new JsonObject { ["include_usage"] = true };
        var events = await EventsAsync("v1/completions", prompt);
        string.Concat(events.SkipLast(1).Select(e => JsonNode.Parse(e)!["choices"]![0]!["text"]!.ToString()))
            .ShouldBe(whole["choices"]![0]!["text"]!.ToString());

        JsonObject texts = new() { ["model"] = "embed:latest", ["input"] = new JsonArray("a", "b") };
        var vectors = await JsonAsync("v1/embeddings", texts);
        vectors["data"]!.AsArray().Count.ShouldBe(2);
        texts["encoding_format"] = "base64";
        var packed = await JsonAsync("v1/embeddings", texts);
        var bytes = Convert.FromBase64String(packed["data"]![1]!["embedding"]!.ToString());
        BitConverter.ToSingle(bytes).ShouldBe((float)vectors["data"]![1]!["embedding"]![0]!.GetValue<double>());

        var models = JsonNode.Parse(await _lab.Http.GetStringAsync("v1/models", Token))!;
        models["data"]!
            .AsArray()
            .Select(m => m!["id"]!.ToString())
            .ShouldBe(["caller:latest", "embed:latest", HomeLab.Model]);
        using var one = await _lab.Http.GetAsync($"v1/models/{HomeLab.Model}", Token);
        one.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var none = await _lab.Http.GetAsync("v1/models/nobody:1b", Token);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Responses_stream_events_in_order_and_whole_they_are_the_same_text()
    {
        JsonObject question = new()
        {
            ["model"] = HomeLab.Model,
            ["instructions"] = "Be brief.",
            ["input"] = "Why?",
            ["temperature"] = 0,
            ["max_output_tokens"] = 40,
        };
        var whole = await JsonAsync("v1/responses", question);
        var text = whole["output"]![0]!["content"]![0]!["text"]!.ToString();

        question["stream"] = true;
        var events = (await EventsAsync("v1/responses", question)).Select(e => JsonNode.Parse(e)!.AsObject()).ToList();
        var types = events.Select(e => e["type"]!.ToString()).ToList();
        types
            .Take(4)
            .ShouldBe([
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.content_part.added",
            ]);
        types[^1].ShouldBeOneOf("response.completed", "response.incomplete");
        string.Concat(events.Where(e => e["type"]!.ToString().EndsWith("text.delta")).Select(e => e["delta"]))
            .ShouldBe(text);
        events.Select(e => e["sequence_number"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, events.Count));
        events[^1]["response"]!["output"]![0]!["content"]![0]!["text"]!.ToString().ShouldBe(text);

        question["previous_response_id"] = "resp_1";
        using var refused = await _lab.PostAsync("v1/responses", question);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Tools_are_called_by_id_with_arguments_as_text()
    {
        var question = Chat(stream: true);
        question["tools"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject
                {
                    ["name"] = "clock",
                    ["parameters"] = new JsonObject { ["type"] = "object" },
                },
            }
        );
        question["model"] = "caller:latest";
        question["messages"]![0]!["content"] = "call clock";
        var native = question.DeepClone().AsObject();
        native["stream"] = false;
        native["options"] = new JsonObject { ["temperature"] = 0 };
        using var response = await _lab.PostAsync("api/chat", native);
        var said = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["message"]!;
        var expected = said["tool_calls"]![0]!["function"]!;

        var events = await EventsAsync("v1/chat/completions", question);
        var calls = events
            .SkipLast(2)
            .Select(e => JsonNode.Parse(e)!["choices"]![0]!)
            .Where(c => c["delta"]!["tool_calls"] is not null)
            .Select(c => c["delta"]!["tool_calls"]![0]!)
            .ToList();
        calls[0]["id"]!.ToString().ShouldStartWith("call_");
        calls[0]["function"]!["name"]!.ToString().ShouldBe(expected["name"]!.ToString());
        JsonNode
            .DeepEquals(JsonNode.Parse(calls[0]["function"]!["arguments"]!.ToString()), expected["arguments"])
            .ShouldBeTrue();
        JsonNode.Parse(events[^3])!["choices"]![0]!["finish_reason"]!.ToString().ShouldBe("tool_calls");
    }

    [Theory]
    [InlineData("""{"messages":[]}""", "model is required")]
    [InlineData("""{"model":"llama3.1:8b"}""", "messages is required")]
    [InlineData("""{"model":"llama3.1:8b","messages":"hi"}""", "messages must be")]
    [InlineData("""{"model":"llama3.1:8b","messages":[],"max_tokens":0}""", "max_tokens must be")]
    [InlineData("""{"model":"llama3.1:8b","messages":[],"temperature":"hot"}""", "temperature must be")]
    [InlineData("""{"model":"llama3.1:8b","messages":[],"n":2}""", "n must be 1")]
    [InlineData(
        """{"model":"llama3.1:8b","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://10.0.0.1/x"}}]}]}""",
        "image_url must be"
    )]
    public async Task What_is_wrong_is_named_in_OpenAIs_words(string body, string words)
    {
        using var response = await _lab.PostAsync("v1/chat/completions", JsonNode.Parse(body)!);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["error"]!;
        error["message"]!.ToString().ShouldContain(words);
        error["type"]!.ToString().ShouldBe("invalid_request_error");
    }

    private static void WithTools(OllamaEmulatorOptions options) =>
        options.Models = [
            new EmulatedModel { Name = HomeLab.Model },
            new EmulatedModel { Name = "embed", Capabilities = ["embedding"] },
            new EmulatedModel
            {
                Name = "caller",
                Capabilities = ["completion", "tools"],
                Template = PromptTemplate.Tools,
            },
        ];

    private static JsonObject Native() => HomeLab.Question(tokens: 60);

    private static JsonObject Chat(bool stream)
    {
        JsonObject chat = new()
        {
            ["model"] = HomeLab.Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Why?" }),
            ["temperature"] = 0,
            ["max_tokens"] = 60,
            ["stream"] = stream,
        };
        if (stream)
        {
            chat["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        return chat;
    }

    private async Task<JsonObject> JsonAsync(string path, JsonObject body)
    {
        using var response = await _lab.PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<List<string>> EventsAsync(string path, JsonObject body)
    {
        using var response = await _lab.PostAsync(path, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return [.. Sse.Data(await response.Content.ReadAsStringAsync(Token))];
    }
}
